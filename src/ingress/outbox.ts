/**
 * Answers that are decided and not sent yet. When the scores of a batch are there, its bids go on one behind the other;
 * were each to send its answer before the next is priced, a peer that waits for answers would go to sleep and be woken
 * once for each of them. So they leave together, behind the last decision, in the same turn of the loop.
 *
 * What waits here are copies, one behind the other, as each answer is written over the one before. Where there is no
 * room for one more, those that wait leave at once.
 */
import { NO_BODY } from '../bidding/write.ts'

/** @property send takes a body that is good during the call alone. */
export type Letter = { send(body: Uint8Array): void }

/** Some hundreds of answers, and more than the longest of any exchange. */
export const OUTBOX_BYTES = 1_048_576

export class Outbox {
  readonly #letters: Letter[] = []
  readonly #bodies: Uint8Array[] = []
  readonly #room = Buffer.alloc(OUTBOX_BYTES)
  #length = 0
  readonly #onBug: (bug: unknown) => void

  constructor(onBug: (bug: unknown) => void) {
    this.#onBug = onBug
  }

  add(letter: Letter, body: Uint8Array): void {
    if (this.#length + body.length > OUTBOX_BYTES) this.#sendAll()
    this.#bodies.push(body.length === 0 ? NO_BODY : this.#copyOf(body))
    // Microtasks run in the order in which they were queued: behind the other bids of the batch.
    if (this.#letters.push(letter) === 1) queueMicrotask(this.#sendAll)
  }

  #copyOf(body: Uint8Array): Uint8Array {
    const start = this.#length
    this.#length += body.length
    this.#room.set(body, start)
    return this.#room.subarray(start, this.#length)
  }

  readonly #sendAll = (): void => {
    const letters = this.#letters
    for (let i = 0; i < letters.length; i++) {
      try {
        letters[i].send(this.#bodies[i])
      } catch (bug) {
        this.#onBug(bug)
      }
    }
    letters.length = 0
    this.#bodies.length = 0
    this.#length = 0
  }
}
