/**
 * A finished object that readers take whole: `current` is read once per bid, `publish` is one assignment.
 * Nothing reachable from a published object is changed afterwards.
 */
export class Published<T> {
  #current: T

  constructor(first: T) {
    this.#current = first
  }

  get current(): T {
    return this.#current
  }

  publish(next: T): void {
    this.#current = next
  }
}
