/** How far long work is, as one line of a terminal that is drawn anew when it changes and cleared at the end. */
const BAR_CHARS = 40

export class ProgressBar {
  readonly #write: (text: string) => void
  #shown = ''

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /**
   * @param share that is done; undefined where it is not known.
   * @param note stands at the end.
   */
  readonly show = (stage: string, share: number | undefined, note = ''): void => {
    const bar = share === undefined ? '' : ` ${barOf(share)}`
    this.#draw(`${stage}${bar}${note === '' ? '' : `  ${note}`}`)
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

function barOf(share: number): string {
  const bar = '#'.repeat(Math.floor(share * BAR_CHARS)).padEnd(BAR_CHARS, '.')
  return `[${bar}] ${Math.floor(share * 100)} %`
}
