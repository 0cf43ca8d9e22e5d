/**
 * Answers that are decided and not sent yet. When the scores of a batch are there, its bids go on one behind the other;
 * were each to send its answer before the next is priced, a peer that waits for answers would go to sleep and be woken
 * once for each of them. So they leave together, behind the last decision, in the same turn of the loop.
 *
 * As many wait here as there are requests in work.
 */
export type Letter = { send(): void }

export class Outbox {
  readonly #letters: Letter[] = []
  readonly #onBug: (bug: unknown) => void

  constructor(onBug: (bug: unknown) => void) {
    this.#onBug = onBug
  }

  add(letter: Letter): void {
    // Microtasks run in the order in which they were queued: behind the other bids of the batch.
    if (this.#letters.push(letter) === 1) queueMicrotask(this.#sendAll)
  }

  readonly #sendAll = (): void => {
    const letters = this.#letters
    for (let i = 0; i < letters.length; i++) {
      try {
        letters[i].send()
      } catch (bug) {
        this.#onBug(bug)
      }
    }
    letters.length = 0
  }
}
