import t from 'tap'
import { compareWork, type Work } from './work.ts'

const good: Work = { answered: 10_000, bids: 9600, lost: 0 }

t.test('both sides have to do the same work', (t) => {
  const rows: [about: string, base: Partial<Work>, candidate: Partial<Work>, verdict: string][] = [
    ['the same', {}, {}, 'pass'],
    ['a request in a thousand is lost', {}, { answered: 9990, bids: 9590, lost: 10 }, 'pass'],
    ['more', {}, { answered: 9989, bids: 9589, lost: 11 }, 'fail'],
    ['more, and the base loses as many', { lost: 50 }, { lost: 50 }, 'pass'],
    ['more than twice what the base loses', { lost: 50 }, { lost: 102 }, 'fail'],
    ['the base loses more', { lost: 50 }, {}, 'pass'],
    ['two bids of a hundred fewer', {}, { bids: 9401 }, 'pass'],
    ['more than that', {}, { bids: 9399 }, 'warn'],
    ['more bids are other work too', {}, { bids: 9801 }, 'warn'],
    ['nothing was answered', {}, { answered: 0, bids: 0, lost: 500 }, 'fail'],
  ]
  for (const [about, base, candidate, verdict] of rows) {
    t.equal(compareWork({ ...good, ...base }, { ...good, ...candidate }).verdict, verdict, about)
  }
  t.end()
})
