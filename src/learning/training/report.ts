/** What a training came to, as a person reads it, and as figures of a manifest. */
import { nameOf } from '../calibration/calibration.ts'
import type { CampaignQuality, Quality, Ratio } from './measure.ts'
import { TASKS, type TaskName } from './task.ts'
import type { Trained } from './train.ts'

/** @param campaignNames ids of campaigns by their `hashText`. */
export function reportOf(
  trained: Trained,
  taskName: TaskName,
  campaignNames: ReadonlyMap<number, string>,
): string {
  const { survey, progressive, calibration, quality } = trained
  const { rows, positives } = TASKS[taskName]
  const { model, inline } = quality
  const figures: readonly (readonly [string, string, string])[] = [
    ['', 'model', 'inline'],
    ['AUC', fixed(model.auc), fixed(inline.auc)],
    ['log loss', fixed(model.logLoss), fixed(inline.logLoss)],
    ['normalised entropy', fixed(model.normalisedEntropy), fixed(inline.normalisedEntropy)],
    [`expected over realised ${positives}`, ratio(model.calibration), ratio(inline.calibration)],
    ['calibration error of 20 bins', fixed(model.calibrationError), fixed(inline.calibrationError)],
    ['calibration error of campaigns', fixed(model.campaignError), fixed(inline.campaignError)],
    ['log loss while learning', fixed(progressive.logLoss), fixed(progressive.logLossInline)],
  ]
  const campaigns = model.campaigns.map((campaign, i) => [
    campaignNames.get(campaign.campaign) ?? `#${campaign.campaign.toString(16).padStart(8, '0')}`,
    `${campaign.rows}`,
    `${campaign.positives}`,
    campaign.expected.toFixed(1),
    ratio(campaign),
    ratio(inline.campaigns[i]),
  ])
  return [
    `learnt from ${progressive.rows} ${rows} with ${progressive.positives} ${positives}, ${windowOf(trained)}; ` +
      `base rate ${fixed(survey.baseRate)}`,
    `calibrated: model by ${nameOf(calibration.model)}; inline by ${nameOf({ kind: 'platt', ...calibration.inline })}`,
    `measured on the last ${model.rows} ${rows}, with ${model.positives} ${positives}:`,
    '',
    tableOf(figures),
    '',
    tableOf([['campaign', rows, positives, 'expected', 'model', 'inline'], ...campaigns]),
  ].join('\n')
}

/** Figures that the rows cannot give are left out. */
export function qualityFigures({ quality, progressive }: Trained): Record<string, number> {
  const { model, inline } = quality
  const both = (name: string, of: (quality: Quality) => number) => [
    [name, of(model)],
    [`${name}Inline`, of(inline)],
  ]
  return Object.fromEntries(
    [
      ['holdoutRows', model.rows],
      ['holdoutPositives', model.positives],
      ['rate', model.rate],
      ...both('auc', ({ auc }) => auc),
      ...both('logLoss', ({ logLoss }) => logLoss),
      ...both('normalisedEntropy', ({ normalisedEntropy }) => normalisedEntropy),
      ...both('calibration', ({ calibration }) => calibration.ratio),
      ...both('calibrationLeast', ({ calibration }) => calibration.least),
      ...both('calibrationMost', ({ calibration }) => calibration.most),
      ...both('calibrationError', ({ calibrationError }) => calibrationError),
      ...both('campaignError', ({ campaignError }) => campaignError),
      ['progressiveLogLoss', progressive.logLoss],
      ['progressiveLogLossInline', progressive.logLossInline],
    ].flatMap(([name, value]) =>
      Number.isFinite(value) ? [[name, Math.round((value as number) * 1e5) / 1e5]] : [],
    ),
  )
}

/** The days of the log, UTC. */
export function windowOf({ survey }: Trained): string {
  return [survey.fromMs, survey.toMs].map((ms) => new Date(ms).toISOString().slice(0, 10)).join('/')
}

function fixed(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(5)
}

function ratio({ ratio, least, most }: Ratio | CampaignQuality): string {
  return Number.isNaN(ratio) ? '-' : `${ratio.toFixed(3)} (${least.toFixed(2)} to ${most.toFixed(2)})`
}

/** Words to the left, the other columns to the right. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)))
  return rows
    .map((cells) =>
      cells
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
