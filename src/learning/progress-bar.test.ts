import t from 'tap'
import { ProgressBar } from './progress-bar.ts'

t.test('a line is drawn anew when its percent changes, and cleared', async (t) => {
  const drawn: string[] = []
  const bar = new ProgressBar((text) => drawn.push(text))
  bar.clear()
  bar.show('counting', 0.5)
  bar.show('counting', 0.5049)
  bar.show('bidding', 1)
  bar.show('counting', undefined, '7 rows')
  bar.show('learning', 0, '3 s left')
  bar.clear()
  bar.clear()
  t.strictSame(drawn, [
    `\r\x1b[Kcounting [${'#'.repeat(20)}${'.'.repeat(20)}] 50 %`,
    `\r\x1b[Kbidding [${'#'.repeat(40)}] 100 %`,
    '\r\x1b[Kcounting  7 rows',
    `\r\x1b[Klearning [${'.'.repeat(40)}] 0 %  3 s left`,
    '\r\x1b[K',
  ])
})
