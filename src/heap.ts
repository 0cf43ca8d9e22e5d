/**
 * How V8 keeps the heap of a bidder. What lives there is the catalog, and what dies old are answers and requests that a
 * collection caught in work. Left to itself V8 lets the old space grow to a multiple of what lives before it looks: with
 * 10,000 campaigns resident memory goes from 356 to some 480 MB in a minute, while what lives hardly grows.
 */
import { setFlagsFromString } from 'node:v8'

/** The old space is looked through whenever it has grown by this share of what lived. */
const GROWTH_PERCENT = 25

/** To be called before the catalog is loaded. */
export function boundHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
}
