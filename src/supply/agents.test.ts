import fc from 'fast-check'
import t from 'tap'
import '../testing/seed.ts'
import { isCrawler } from './agents.ts'
import { compilePolicy, type SupplyPolicy } from './policy.ts'

const PADDING = 'bot/1.0 '

/** Asks about a text that stands among other bytes, as in a request. */
function ask(text: string, policy: SupplyPolicy): boolean {
  const bytes = Buffer.from(`${PADDING}${text}${PADDING}`)
  return isCrawler(bytes, PADDING.length, bytes.length - PADDING.length, policy)
}

const usual = compilePolicy({})

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'

const CRAWLERS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  `Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36 (compatible; Newsbot/1.0)`,
  'NewsBot',
  'newsbot_mobile/2',
  'NEWSBOT 2',
  'SomeRobot; feedback@robots.example',
  'Mozilla/5.0 (compatible; see https://news.example/bots)',
  'NewsCrawler/0.3',
  'crawling for science',
  'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)',
  'Mozilla/5.0 (Linux; Android 5.0) (compatible; Bytespider; spider-feedback@news.example)',
  'Bytespider',
  'Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)',
  `Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36`,
  `Mozilla/5.0 (Linux; Android 11; moto g power) ${WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse`,
  'facebookexternalhit/1.1',
  'Mediapartners-Google',
  'AdsBot-Google (+http://www.google.com/adsbot.html)',
  'curl/8.4.0',
  'Wget/1.21',
  'python-requests/2.31.0',
  'Python/3.12 aiohttp/3.9',
  'Go-http-client/2.0',
  `Mozilla/5.0 (Linux; Android 13; CUBOT X70) ${WEBKIT} (compatible; Newsbot/1.0)`,
]

const PEOPLE = [
  '',
  'Mozilla/5.0',
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`,
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  `Mozilla/5.0 (Linux; Android 13; CUBOT X70) ${WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36`,
  'Dalvik/2.1.0 (Linux; U; Android 12; CUBOT_NOTE_S Build/SP1A)',
  'Mozilla/5.0 (Linux; Android 9; cubot) Mobile',
  'CUBOT',
  'Bottle%20Flip/3 CFNetwork/1490 Darwin/23.0.0',
  'Spider%20Solitaire/7 CFNetwork/1490 Darwin/23.0.0',
  'Spider Solitaire 7.1 (iPad; iOS 17.0)',
  'Abbott/2.1 (Android 14)',
  'UnityPlayer/2022.3 (UnityWebRequest/1.0, libcurl/8.5.0-DEV)',
  'Roku/DVP-14.0 (14.0.0.4194-C2)',
  'Mozilla/5.0 (SMART-TV; Linux; Tizen 6.5) AppleWebKit/537.36 (KHTML, like Gecko) Version/6.5 TV Safari/537.36',
  'bo',
]

t.test('an agent that calls itself a crawler is one', async (t) => {
  for (const agent of CRAWLERS) t.ok(ask(agent, usual), agent)
})

t.test('people are not crawlers, whatever their phone is called', async (t) => {
  for (const agent of PEOPLE) t.notOk(ask(agent, usual), agent)
})

t.test('an operator may give other words', async (t) => {
  const own = compilePolicy({ crawlerWords: ['probe', 'check*', '!recheck', 'probes!'] })
  for (const agent of ['PROBE', 'a probe.', 'probe7', 'checking', 'rechecked check', 'probe-x'])
    t.ok(ask(agent, own), agent)
  for (const agent of ['probed', 'recheck', 'Rechecking', 'Googlebot/2.1', 'probes'])
    t.notOk(ask(agent, own), agent)
  t.notOk(ask('Googlebot/2.1', compilePolicy({ crawlerWords: [] })), 'without words nobody is a crawler')
})

t.test('letters beyond ASCII are no letters', async (t) => {
  const own = compilePolicy({ crawlerWords: ['späher', 'bot'] })
  t.ok(ask('Späher/1', own))
  t.ok(ask('boté', own))
  t.notOk(ask('spaher', own))
})

const fragment = fc.constantFrom('a', 'b', 'ab', 'ba', 'aab', 'A', 'B', '-', ' ', 'c', 'é')
const word = fc
  .tuple(fc.constantFrom('', '', '!'), fc.stringMatching(/^([ab]{3,4}|[ab]-[ab])$/), fc.constantFrom('', '*'))
  .map(([before, text, behind]) => (before === '!' ? `!${text}` : `${text}${behind}`))

/** Whether a word stands in the text, place by place and word by word. */
function naiveIsFound(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase()
  for (let end = 1; end <= lower.length; end++) {
    const ending = words
      .map((word) => ({ word, letters: word.replace(/^!|\*$/g, '') }))
      .filter(({ letters }) => lower.slice(0, end).endsWith(letters))
    const refused = ending.filter(({ word }) => word.startsWith('!')).map(({ letters }) => letters.length)
    const longest = Math.max(0, ...refused)
    const left = ending.filter(({ letters }) => letters.length > longest)
    const isLetterBehind = /[a-z]/.test(lower.charAt(end))
    if (left.some(({ word }) => word.endsWith('*') || !isLetterBehind)) return true
  }
  return false
}

t.test('words are found as by looking for each at each place', async (t) => {
  let found = 0
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 8 }),
      fc.array(fragment, { minLength: 4, maxLength: 16 }),
      (crawlerWords, fragments) => {
        const text = fragments.join('')
        const isFound = ask(text, compilePolicy({ crawlerWords }))
        if (isFound) found++
        return isFound === naiveIsFound(text, crawlerWords)
      },
    ),
    { numRuns: 3000 },
  )
  t.ok(found > 300 && found < 2700, `${found} found: both answers are tried`)
})
