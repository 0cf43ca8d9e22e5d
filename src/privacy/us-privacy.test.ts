import t from 'tap'
import { isSaleOptedOut, isUsPrivacy } from './us-privacy.ts'

/** In the middle of other text, which must not matter. */
function read(text: string): [isUsPrivacy: boolean, isSaleOptedOut: boolean] {
  const bytes = Buffer.from(`1YY${text}YYN`)
  const end = 3 + Buffer.byteLength(text)
  return [isUsPrivacy(bytes, 3, end), isSaleOptedOut(bytes, 3, end)]
}

t.test('the third character says whether the user has opted out of the sale', async (t) => {
  for (const text of ['1YYN', '1YYY', '1NYN', '1-Y-', '1yyn']) t.strictSame(read(text), [true, true], text)
  for (const text of ['1YNN', '1YNY', '1---', '1NNN', '1Y-N', '1ynn']) {
    t.strictSame(read(text), [true, false], text)
  }
})

t.test('what is no US privacy string opts out of nothing', async (t) => {
  const wrong = [
    '',
    '1',
    '1YY',
    '1YYNN',
    '2YYN',
    '0YYN',
    'YYYN',
    '1XYN',
    '1YYX',
    '1Y N',
    ' 1YYN',
    '1YYé',
    '1\r-Y',
  ]
  for (const text of wrong) t.strictSame(read(text), [false, false], JSON.stringify(text))
})
