/**
 * A finished object that readers take whole: `current` is read once per bid, `publish` is one assignment.
 * Nothing reachable from a published object is changed afterwards.
 */
export class Published<T> {
  #current: T
  #version = 1

  constructor(first: T) {
    this.#current = first
  }

  get current(): T {
    return this.#current
  }

  /** How often something has been published, the first object included. */
  get version(): number {
    return this.#version
  }

  publish(next: T): void {
    this.#current = next
    this.#version++
  }
}
