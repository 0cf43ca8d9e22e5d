// What no schema says of a campaign, through the check that a catalog's files pass.
import t from 'tap'
import { oneBannerCatalog } from '../testing/catalog.ts'
import { campaignFaults } from './campaign-faults.ts'
import type { Campaign } from './schema.ts'
import { schemaFaults } from './validate.ts'

const [CAMPAIGN] = oneBannerCatalog.campaigns
const flight = (start: string, end: string) => ({ start, end })
const cap = (impressions: number, minutes: number) => ({ impressions, minutes })

/** Each row: the fields of a campaign, and its faults as path and message. */
const CASES: readonly (readonly [string, Partial<Campaign>, readonly string[]])[] = [
  ['nothing said', {}, []],
  ['a zone', { timeZone: 'Europe/Berlin' }, []],
  ['a zone of three parts', { timeZone: 'America/Argentina/Ushuaia' }, []],
  ["the world's zone", { timeZone: 'UTC' }, []],
  [
    'no zone',
    { timeZone: 'Europe/Berlim' },
    ['/timeZone: there is no time zone "Europe/Berlim"; expected: an IANA name such as Europe/Berlin'],
  ],

  ['a flight of a day', { flights: [flight('2026-03-01', '2026-03-01')] }, []],
  ['a leap day', { flights: [flight('2028-02-29', '2028-02-29')] }, []],
  [
    'days that are none',
    { flights: [flight('2026-02-29', '2026-04-31')] },
    ['/flights/0/start: there is no day 2026-02-29', '/flights/0/end: there is no day 2026-04-31'],
  ],
  [
    'an end before its start',
    { flights: [flight('2026-03-02', '2026-03-01')] },
    ['/flights/0/end: must not be before its start, 2026-03-02'],
  ],
  [
    'one behind the other, in any order',
    { flights: [flight('2026-03-05', '2026-03-09'), flight('2026-03-01', '2026-03-04')] },
    [],
  ],
  [
    'two that share a day',
    { flights: [flight('2026-03-01', '2026-03-05'), flight('2026-03-05', '2026-03-09')] },
    ['/flights/1: overlaps /flights/0'],
  ],
  [
    'one within another',
    {
      flights: [
        flight('2026-01-01', '2026-01-31'),
        flight('2026-03-02', '2026-03-03'),
        flight('2026-03-01', '2026-03-09'),
      ],
    },
    ['/flights/2: overlaps /flights/1'],
  ],
  [
    'the same one twice',
    { flights: [flight('2026-03-01', '2026-03-05'), flight('2026-03-01', '2026-03-05')] },
    ['/flights/1: overlaps /flights/0'],
  ],

  ['a day of the whole', { budget: { total: 5, daily: 5 } }, []],
  [
    'a day of more than the whole',
    { budget: { total: 5, daily: 5.01 } },
    ['/budget/daily: must not be above the total of 5'],
  ],
  ['a day without a whole', { budget: { daily: 5 } }, []],

  ['caps on windows that differ', { frequencyCaps: [cap(1, 60), cap(1, 61)] }, []],
  [
    'caps on one window',
    { frequencyCaps: [cap(1, 60), cap(5, 1440), cap(2, 60), cap(3, 60)] },
    [
      '/frequencyCaps/2: has the window of /frequencyCaps/0',
      '/frequencyCaps/3: has the window of /frequencyCaps/0',
    ],
  ],

  [
    'everything at once',
    {
      timeZone: 'Nowhere',
      flights: [flight('2026-02-30', '2026-03-05')],
      budget: { total: 1, daily: 2 },
      frequencyCaps: [cap(1, 60), cap(2, 60)],
    },
    [
      '/timeZone: there is no time zone "Nowhere"; expected: an IANA name such as Europe/Berlin',
      '/flights/0/start: there is no day 2026-02-30',
      '/budget/daily: must not be above the total of 1',
      '/frequencyCaps/1: has the window of /frequencyCaps/0',
    ],
  ],
]

t.test('what no schema says of a campaign is checked', async (t) => {
  for (const [about, fields, faults] of CASES) {
    const campaign = { ...CAMPAIGN, ...fields }
    const told = schemaFaults('campaigns', campaign).map(({ path, message }) => `${path}: ${message}`)
    t.strictSame(told, faults, about)
    t.strictSame(
      campaignFaults(campaign),
      schemaFaults('campaigns', campaign),
      'a campaign that fits its schema',
    )
  }
})

t.test('a campaign that does not fit its schema is told that first', async (t) => {
  const faults = schemaFaults('campaigns', { ...CAMPAIGN, timeZone: 'Nowhere', maxCpm: -1 })
  t.strictSame(
    faults.map(({ path }) => path),
    ['/maxCpm'],
  )
})
