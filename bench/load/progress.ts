/**
 * What a run tells on stderr while it goes on: one line that is written over on a terminal, else a line every few seconds.
 */
import { type Interval, lostCount } from './totals.ts'

const LINE_EVERY_S = 5

export type Terminal = { readonly isTTY?: boolean; write(text: string): unknown }

export class Progress {
  readonly #terminal: Terminal
  readonly #durationS: number
  #toldS = 0

  constructor(terminal: Terminal, durationS: number) {
    this.#terminal = terminal
    this.#durationS = Number(durationS.toFixed(1))
  }

  readonly onInterval = (interval: Interval): void => {
    const doneS = interval.atS + interval.seconds
    const line = progressLine(interval, doneS, this.#durationS)
    if (this.#terminal.isTTY) this.#terminal.write(`\r${line}\x1b[K`)
    else if (doneS - this.#toldS >= LINE_EVERY_S) {
      this.#toldS = doneS
      this.#terminal.write(`${line}\n`)
    }
  }

  /** Leaves the line empty for what is printed next. */
  end(): void {
    if (this.#terminal.isTTY) this.#terminal.write('\r\x1b[K')
  }
}

function progressLine(interval: Interval, doneS: number, durationS: number): string {
  const { planned, sent, seconds, latencyUs, bids, answered, errors } = interval
  const rate = (count: number) => Math.round(count / seconds).toLocaleString('en-US')
  const of = planned === null ? '' : ` of ${rate(planned)}`
  const share = answered === 0 ? '-' : `${Math.round((100 * bids) / answered)} %`
  return `${Math.min(doneS, durationS).toFixed(1)} of ${durationS} s   ${rate(sent)}${of}/s   p99 ${(latencyUs.p99 / 1000).toFixed(2)} ms   bids ${share}   errors ${lostCount(errors)}`
}
