// How a deal is found before it is read. What one says is in the suite of requests.
import t from 'tap'
import { DealView, dealIdOf } from './deal.ts'
import { NONE, Tape } from './tape.ts'

const tape = new Tape(256)

function idOf(deal: string): string | undefined {
  if (!tape.scan(tape.bytes.write(`[${deal}]`))) throw new Error(`refused: ${deal}`)
  const id = dealIdOf(tape, 1)
  return id === NONE ? undefined : tape.rawText(id)
}

t.test('the id of a deal is known without reading it', async (t) => {
  const table: [deal: string, id: string | undefined][] = [
    ['{"bidfloor":1,"id":"a"}', 'a'],
    ['{"ext":{"id":"a"},"id":7}', '7'],
    ['{"id":"a","id":"b"}', 'b'],
    ['{"id":"a\\/b"}', 'a\\/b'],
    ['{"id":"a","id":null}', undefined],
    ['{"id":""}', undefined],
    ['{"id":["a"]}', undefined],
    ['{}', undefined],
    ['[{"id":"a"}]', undefined],
    ['"id"', undefined],
    ['null', undefined],
  ]
  for (const [deal, id] of table) t.equal(idOf(deal), id, deal)
})

t.test('a deal has the id that is known, and none of the deal before it', async (t) => {
  const deal = new DealView()
  for (const [text, id] of [
    ['{"id":"a"}', 'a'],
    ['{}', undefined],
    ['{"id":"b","id":null}', undefined],
  ]) {
    t.equal(idOf(text!), id)
    deal.read(tape, 1)
    t.equal(deal.id, dealIdOf(tape, 1))
  }
})

t.test('reading a deal leaves the spelling of its id, which is echoed', async (t) => {
  const deal = new DealView()
  idOf('{"id":"a\\/b","wseat":["s\\/1"]}')
  deal.read(tape, 1)
  t.equal(tape.rawText(deal.id), 'a\\/b')
})
