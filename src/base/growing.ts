/**
 * A typed array that grows by doubling. `values` is replaced when it grows: read it anew after each `push`.
 */
type NumberArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array

export class Growing<A extends NumberArray> {
  values: A
  length = 0
  readonly #make: new (
    length: number,
  ) => A

  constructor(make: new (length: number) => A, lengthAtFirst = 64) {
    this.#make = make
    this.values = new make(lengthAtFirst)
  }

  at(index: number): number {
    return this.values[index]
  }

  push(value: number): number {
    if (this.length === this.values.length) {
      const grown = new this.#make(this.length * 2)
      grown.set(this.values)
      this.values = grown
    }
    this.values[this.length] = value
    return this.length++
  }
}
