/**
 * What we ask of those who sell to us and of those who look: written by an operator, compiled when it changes.
 */
import { assert } from '../base/assert.ts'
import { NodeSet, nodeFault } from './nodes.ts'
import { type AddressRanges, blockFault, compileRanges } from './ranges.ts'
import { compileWords, type WordFinder, wordFault } from './words.ts'

export type SupplyPolicy = {
  /** Whether a request without a supply chain is an objection. */
  readonly isChainRequired: boolean
  /** Whether a chain that does not say that it is complete is one. */
  readonly refusesIncomplete: boolean
  /** The most nodes of a chain. */
  readonly nodesMax: number
  readonly blockedNodes: NodeSet
  readonly crawlerWords: WordFinder
  readonly dataCentres: AddressRanges
}

export type SupplyConfig = {
  readonly isChainRequired?: boolean
  readonly refusesIncomplete?: boolean
  readonly nodesMax?: number
  /** Domains of systems, or domain!seller for one seller of a system. */
  readonly blockedNodes?: readonly string[]
  /** Instead of `CRAWLER_WORDS`; words.ts says how they are written. */
  readonly crawlerWords?: readonly string[]
  /** Blocks of addresses, in CIDR notation. */
  readonly dataCentres?: readonly string[]
}

/** A chain of more is a ring of resellers. */
const NODES_MAX = 10

/**
 * What crawlers, monitors and scripts call themselves. Beware of people: Cubot makes phones, and Unity's games fetch with
 * libcurl.
 */
export const CRAWLER_WORDS: readonly string[] = [
  'bot',
  'bots',
  '!cubot',
  'crawl*',
  'spider/*',
  'spider;*',
  'spider)*',
  'spider+*',
  'spider-*',
  'spider.*',
  '360spider',
  'bytespider',
  'yisouspider',
  'slurp',
  'mediapartners-google*',
  'feedfetcher*',
  'googleother*',
  'google-inspectiontool*',
  'bingpreview*',
  'facebookexternalhit*',
  'ia_archiver*',
  'chatgpt-user*',
  'claude-user*',
  'perplexity-user*',
  'ahrefs*',
  'semrush*',
  'screaming frog*',
  'chrome-lighthouse*',
  'gtmetrix*',
  'pingdom*',
  'site24x7*',
  'statuscake*',
  'w3c_validator*',
  'headless*',
  'phantomjs*',
  'playwright*',
  'puppeteer*',
  'selenium*',
  'scrapy*',
  'curl/*',
  '!libcurl/',
  'wget/*',
  'go-http-client*',
  'libwww-perl*',
  'python-*',
  'python/*',
]

/** @param config without faults. */
export function compilePolicy(config: SupplyConfig): SupplyPolicy {
  assert(policyFaults(config).length === 0, 'a policy is compiled only when nothing is wrong with it')
  return {
    isChainRequired: config.isChainRequired ?? false,
    // A chain that admits a gap is no worse than none.
    refusesIncomplete: config.refusesIncomplete ?? false,
    nodesMax: config.nodesMax ?? NODES_MAX,
    blockedNodes: new NodeSet(config.blockedNodes ?? []),
    crawlerWords: compileWords(config.crawlerWords ?? CRAWLER_WORDS),
    dataCentres: compileRanges(config.dataCentres ?? []),
  }
}

/** What is wrong with a policy: a sentence each, that starts with the field and ends in the remedy. */
export function policyFaults(config: SupplyConfig): string[] {
  const faults: string[] = []
  const { nodesMax = NODES_MAX } = config
  if (!Number.isInteger(nodesMax) || nodesMax < 1) {
    faults.push(`nodesMax: ${nodesMax} is no number of nodes; give a whole number above 0`)
  }
  const lists = [
    ['blockedNodes', config.blockedNodes, nodeFault],
    ['crawlerWords', config.crawlerWords, wordFault],
    ['dataCentres', config.dataCentres, blockFault],
  ] as const
  for (const [name, list = [], faultOf] of lists) {
    for (const [i, text] of list.entries()) {
      const fault = faultOf(text)
      if (fault !== '') faults.push(`${name}[${i}]: ${JSON.stringify(text)} ${fault}`)
    }
  }
  return faults
}
