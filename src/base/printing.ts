/**
 * Ends the process where nobody reads what it prints any more, as behind `| head`: then all has been said. Called first by
 * whatever prints to a person.
 */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}
