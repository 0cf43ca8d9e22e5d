/** Turnbull's estimate the obvious way: each observation by itself is shared out over the bins where its price may lie. */

/** A price in the bins `first` to `last`, both included. */
export type Sighting = { readonly first: number; readonly last: number; readonly weight: number }

export function naiveTurnbull(
  start: readonly number[],
  sightings: readonly Sighting[],
  prior: { readonly masses: readonly number[]; readonly strength: number },
  steps: number,
): number[] {
  let masses = [...start]
  for (let step = 0; step < steps; step++) {
    const next = prior.masses.map((mass) => mass * prior.strength)
    for (const { first, last, weight } of sightings) {
      const bins = masses.slice(first, last + 1)
      const chance = bins.reduce((sum, mass) => sum + mass, 0)
      bins.forEach((mass, i) => {
        next[first + i] += (weight * mass) / chance
      })
    }
    const total = next.reduce((sum, mass) => sum + mass, 0)
    masses = next.map((mass) => mass / total)
  }
  return masses
}
