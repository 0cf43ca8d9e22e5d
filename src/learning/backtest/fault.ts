/** A file or a choice that a backtest cannot run with: the message names the place, what is due there and the remedy. */
export class BacktestFault extends Error {
  override name = 'BacktestFault'
}

/** The fault of a file that the system would not give. */
export function unreadable(file: string, cause: unknown): BacktestFault {
  const { code, message } = cause as NodeJS.ErrnoException
  return new BacktestFault(
    code === 'ENOENT'
      ? `${file} is not there; give the path of a file`
      : `${file} cannot be read: ${message}`,
  )
}
