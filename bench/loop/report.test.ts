import t from 'tap'
import type { ExchangeReport } from '../exchange/live/report.ts'
import { type LoopRun, loopTable, surplusOf } from './report.ts'

function runOf(model: string, surplusUsd: number, expectedOverTrue: number | null): LoopRun {
  const all = {
    ...{ bids: 1000, wins: 500, clicks: 12, spendUsd: 10, trueValueUsd: 10 + surplusUsd, surplusUsd },
    surplusShare: surplusUsd / 50,
    calibration: { trueClicks: 12.34, expectedOverTrue },
  }
  return { model, learntFrom: 4500, report: { figures: { all } } as unknown as ExchangeReport }
}

t.test('two runs stand side by side with what has changed', async (t) => {
  const [before, after] = [runOf('ctr/1', 20, null), runOf('ctr/2', 25, 0.75)]
  const lines = loopTable(before, after).split('\n')
  t.equal(lines[0], '                                 ctr/1       ctr/2      change')
  const line = (heading: string) => lines.find((line) => line.startsWith(heading))
  t.equal(line('learnt'), 'learnt from impressions          4,500       4,500')
  t.equal(line('expected'), 'expected clicks over true            -       0.750           -')
  t.equal(line('surplus'), 'surplus                         $20.00      $25.00     +25.0 %')
  t.equal(line('of the'), "of the oracle's                 40.0 %      50.0 %     +25.0 %")
  t.equal(line('wins'), 'wins                               500         500      +0.0 %')
  t.equal(surplusOf(after), 25)
  t.match(loopTable(after, before), /surplus .* -20\.0 %/)
})
