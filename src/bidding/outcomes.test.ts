import t from 'tap'
import { OUTCOME, OUTCOMES } from './outcomes.ts'

/** What ends a request in each band of a hundred codes, and the status it may have. */
const BANDS: Readonly<Record<number, { about: string; statuses: readonly number[] }>> = {
  0: { about: 'a bid', statuses: [200] },
  1: { about: 'ingress', statuses: [204, 400] },
  2: { about: 'read', statuses: [204, 400] },
  3: { about: 'match', statuses: [204] },
  4: { about: 'features and score', statuses: [204] },
  5: { about: 'price', statuses: [204] },
  6: { about: 'answer', statuses: [204] },
  9: { about: 'bugs', statuses: [204] },
}

t.test('codes and names of outcomes are unique', async (t) => {
  for (const key of ['code', 'name'] as const) {
    const values = OUTCOMES.map((outcome) => outcome[key])
    t.same([...new Set(values)], values, key)
  }
  // They are values of a label in Prometheus.
  for (const { name } of OUTCOMES) t.match(name, /^[a-z][a-z_]*$/)
})

t.test('codes rise through the bands of the stages', async (t) => {
  for (const [index, { code, name, status }] of OUTCOMES.entries()) {
    if (index > 0) t.ok(code > OUTCOMES[index - 1].code, `${name} stands in order`)
    const band = BANDS[Math.floor(code / 100)]
    t.ok(band?.statuses.includes(status), `${name} ends in ${band?.about} with ${status}`)
  }
})

t.test('only a bid is 200 and code 0, and has nothing to explain', async (t) => {
  t.same(
    OUTCOMES.filter(({ status }) => status === 200),
    [{ code: 0, name: 'bid', status: 200, nbr: 0 }],
  )
})

t.test('what is no bid request at all says so: status 400 and no-bid reason 2', async (t) => {
  for (const { name, status, nbr } of OUTCOMES) if (status === 400) t.equal(nbr, 2, name)
})

t.test('no-bid reasons are of the list of OpenRTB 3.0', async (t) => {
  for (const { name, nbr } of OUTCOMES) t.ok(nbr >= 0 && nbr <= 19, name)
})

t.test('an outcome is found by its name', async (t) => {
  for (const [index, { name }] of OUTCOMES.entries()) t.equal(OUTCOME[name], index)
  t.equal(Object.keys(OUTCOME).length, OUTCOMES.length)
})
