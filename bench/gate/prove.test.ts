import t from 'tap'
import type { GateReport } from './gate.ts'
import { proofText, prove } from './prove.ts'

/** Proves with a gate that answers as it is told. */
async function proofOf(verdictOf: (handicapPercent: number, run: number) => GateReport['verdict']) {
  const asked: number[] = []
  let slower = 0
  let unchanged = 0
  const proof = await prove(
    10,
    10,
    async (percent) => {
      asked.push(percent)
      const run = percent > 0 ? slower++ : unchanged++
      return { verdict: verdictOf(percent, run) } as GateReport
    },
    () => {},
  )
  return { proof, asked }
}

t.test('the gate holds when it catches nine of ten and fails nothing that is unchanged', async (t) => {
  const { proof, asked } = await proofOf((percent, run) => (percent > 0 && run > 0 ? 'fail' : 'void'))
  t.same(asked.slice(0, 4), [0, 10, 10, 0], 'in turns')
  t.match(proof, { holds: true, slower: { fail: 9, void: 1 }, unchanged: { void: 10 } })
  t.match(proofText(proof), /10 % slower: caught in 9 of 10 \(1 void\)\nunchanged: failed in 0 of 10/)
})

t.test('it does not when it catches eight, or fails one', async (t) => {
  t.notOk((await proofOf((percent, run) => (percent > 0 && run > 1 ? 'fail' : 'warn'))).proof.holds)
  t.notOk((await proofOf((percent, run) => (percent > 0 || run === 3 ? 'fail' : 'pass'))).proof.holds)
})
