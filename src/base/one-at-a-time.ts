/**
 * Runs something again and again, never twice at once: a call while it runs makes it run once more behind, however many
 * such calls there are. What it rejects with is for itself to catch.
 */
export function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let isRunning = false
  let isAskedAgain = false
  return async () => {
    isAskedAgain = true
    if (isRunning) return
    isRunning = true
    while (isAskedAgain) {
      isAskedAgain = false
      await run()
    }
    isRunning = false
  }
}
