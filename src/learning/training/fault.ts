/** A log, a file or a choice that a training cannot run with: the message names the place and the remedy. */
export class TrainFault extends Error {
  override name = 'TrainFault'
}
