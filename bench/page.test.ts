import t from 'tap'
import { drawnPage } from './drawn-page.ts'
import { type Page, pageOf } from './page.ts'

const nasty = `</script><script>throw new Error('run')</script> & "so on"`

const page: Page = {
  title: nasty,
  verdict: { isGood: false, text: 'VOID: the generator woke late' },
  subtitle: 'peregrine load --rate 5000',
  parts: [
    {
      title: 'Result',
      head: ['measure', 'value'],
      rows: [
        ['sent', 50000],
        [nasty, 1.2345],
      ],
      note: 'of 60 s',
    },
    {
      title: 'Latency by percentile',
      x: { label: 'percentile', values: [0, 0.5, 0.9, 0.99, 0.999], scale: 'percentile' },
      y: { label: 'ms', scale: 'log' },
      series: [{ label: nasty, values: [0, 0.2, 0.5, 1, 8] }],
    },
    {
      title: 'Rate',
      note: nasty,
      x: { label: 'seconds', values: [0, 1, 2] },
      y: { label: 'requests a second' },
      series: [
        { label: 'planned', values: [100, 100, 100], tone: 'muted' },
        { label: 'errors', values: [0, null, 3], tone: 'bad' },
      ],
    },
    { title: 'Nothing', x: { label: 'seconds', values: [] }, y: { label: 'ms', scale: 'log' }, series: [] },
  ],
}

t.test(
  'a page draws its charts in a browser, whatever its texts hold, and asks the network for nothing',
  async (t) => {
    const drawn = await drawnPage(t, pageOf(page))
    if (drawn === undefined) return
    t.same(drawn.errors, [])
    t.same(drawn.isInked.slice(0, 2), [true, true])
    for (const text of [nasty, 'VOID: the generator woke late', '50,000', '1.235', 'of 60 s']) {
      t.ok(drawn.text.includes(text), text)
    }
  },
)

t.test('a page refers to no other file', async (t) => {
  t.notMatch(pageOf(page), /<(?:script|img|link|iframe)[^>]*(?:src|href)="(?!data:)/)
})
