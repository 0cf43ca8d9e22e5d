/** How far a backtest is, as one line of a terminal that is drawn anew at each whole percent and cleared at the end. */
import type { OnProgress } from './backtest.ts'

const BAR_CHARS = 40

export class ProgressBar {
  readonly #write: (text: string) => void
  #shown = ''

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  readonly show: OnProgress = (stage, share) => {
    const bar = '#'.repeat(Math.floor(share * BAR_CHARS)).padEnd(BAR_CHARS, '.')
    this.#draw(`${stage} [${bar}] ${Math.floor(share * 100)} %`)
  }

  clear(): void {
    this.#draw('')
  }

  #draw(line: string): void {
    if (line === this.#shown) return
    this.#shown = line
    // Back to the start of the line, and clear what stood there.
    this.#write(`\r\x1b[K${line}`)
  }
}
