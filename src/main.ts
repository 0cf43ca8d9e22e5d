/**
 * The composition root of `serve`: builds every room, connects them, and takes them down again. The order is the one
 * in which things depend on each other; nothing listens before the model has answered its golden rows.
 */
import { join } from 'node:path'
import pino, { type Logger } from 'pino'
import { Campaigns } from './admin/campaigns.ts'
import { listenAdmin } from './admin/server.ts'
import { type Clock, systemClock } from './base/clock.ts'
import { oneAtATime } from './base/one-at-a-time.ts'
import { Published } from './base/published.ts'
import { Bidder } from './bidding/bid.ts'
import type { Ads, Snapshot } from './bidding/snapshot.ts'
import { BidTelemetry, STAGE } from './bidding/telemetry.ts'
import { compileAds } from './catalog/compile.ts'
import { formatFault } from './catalog/fault.ts'
import { loadCatalog } from './catalog/load.ts'
import { Pace } from './catalog/pace.ts'
import { watchCatalog } from './catalog/watch.ts'
import { readOperator } from './config/operator.ts'
import type { Settings } from './config/settings.ts'
import { EventLog, NO_EVENTS } from './events/event-log.ts'
import { EVENTS_FOLDER } from './events/segments.ts'
import { EXCHANGE_PROFILES } from './exchange/profiles.ts'
import { FEATURES } from './features/catalogue.ts'
import { Admission } from './ingress/admission.ts'
import { scoreWaitMeter } from './ingress/score-wait.ts'
import { type BidServer, listen } from './ingress/server.ts'
import { NoticePortTelemetry } from './ingress/telemetry.ts'
import { scoreRaw } from './models/raw-rows.ts'
import { openMoney } from './money.ts'
import { NoticeDesk } from './notices/desk.ts'
import { NoticeReader } from './notices/read.ts'
import { NoticeTelemetry } from './notices/telemetry.ts'
import { Rates } from './pricing/currency.ts'
import { openScoring, readyModel } from './scoring.ts'
import { type SegmentWatch, watchSegments } from './segment-watch.ts'
import { InstrumentProducer, prometheusText } from './telemetry/export.ts'
import { type Instrument, Observed } from './telemetry/instruments.ts'
import { loopMeter } from './telemetry/loop-meter.ts'
import { processInstruments } from './telemetry/process.ts'
import type { UserKeys } from './users/user-key.ts'
import { VERSION } from './version.ts'

/** What keeps the bidder from starting, a sentence each. */
export class StartError extends Error {
  override name = 'StartError'
}

export type Running = {
  readonly port: number
  readonly adminPort: number
  /** Takes no more connections, lets requests in work end, and frees everything. */
  stop(): Promise<void>
}

/** What was opened, to be closed in the opposite order. */
type Closers = (() => void | Promise<void>)[]

const EXCHANGE_NAMES = EXCHANGE_PROFILES.map(({ name }) => name)
const DRAIN_MS_MAX = 5000
/**
 * Starts the bidder. Rejects with `StartError` when something is missing, broken or taken.
 * @param onLoaded called once, when all is loaded and nothing listens yet.
 */
export async function start(settings: Settings, onLoaded: () => void = () => {}): Promise<Running> {
  const closers: Closers = []
  try {
    return await open(settings, closers, onLoaded)
  } catch (cause) {
    await closeAll(closers)
    throw cause
  }
}

async function open(settings: Settings, closers: Closers, onLoaded: () => void): Promise<Running> {
  const log = pino({ level: settings['log-level'] })
  const clock = systemClock
  const onFault = logDistinct(log)
  const { operator, priceKeys, isKeyPassing, userSalt } = readOperator(
    settings.operator,
    settings['notice-url'],
  )
  if (isKeyPassing) log.warn('no noticeKeys in the operator file: notices are read by this process alone')

  // 1. The model and its workers, which load it while the catalog is read.
  const scoring = await openScoring({
    settings,
    clock,
    log,
    onFault,
    onLive: (served) => {
      const { current } = snapshots
      snapshots.publish({ ...current, model: readyModel(served, current.ads) })
    },
  }).catch((cause: Error) => {
    throw new StartError(cause.message)
  })
  const { serving } = scoring
  closers.push(() => scoring.close())

  // 2. The event log, which writes nothing before the ledger has the folder, and ends behind all who have something for it.
  const events = eventLogOf(settings, clock, onFault)
  closers.push(() => events?.close())

  // 3. The ledger, as the last process left it; its thread reads it while the catalog is read here.
  const opening = openMoney({
    directory: settings.data,
    holdLifetimeS: settings['hold-s'],
    noticeLifetimeS: operator.noticeLifetimeS,
    userSalt,
    events: events ?? NO_EVENTS,
    clock,
    onFault,
  })
  closers.push(() =>
    opening.then(
      ({ close }) => close(),
      () => {},
    ),
  )

  // 4. The catalog, compiled to ads; watched before it is read, so that no change falls between the two.
  const opened = Promise.withResolvers<Published<Snapshot>>()
  const reloads = reloadOnChange(settings.catalog, log, async () => {
    const snapshots = await opened.promise
    const next = await openCatalog(settings)
    warnOfRates(next.rates, settings, log)
    snapshots.publish({
      ...snapshots.current,
      ...next,
      ...money.treasury.adopt(next.ads),
      model: readyModel(serving.live, next.ads),
    })
  })
  closers.push(reloads.close)
  const reading = openCatalog(settings)
  // It may fail before it is waited for. The ledger's fault is told first.
  reading.catch(() => {})
  const money = await opening.catch((cause: Error) => {
    throw new StartError(cause.message)
  })
  events?.run()
  const catalog = await reading

  // 5. The snapshot that bids are made from, once the model has answered as it should.
  const differences = await scoring.goldenFaults()
  if (differences.length > 0)
    throw new StartError(differences.map((fault) => `${serving.live.key}: ${fault}`).join('\n'))
  const segments = await openSegments(settings.segments, money.userKeys, log, closers)
  const snapshots = new Published<Snapshot>({
    segments: segments?.first,
    ...catalog,
    ...money.adoptFirst(catalog.ads),
    model: readyModel(serving.live, catalog.ads),
  })
  segments?.onTable((table) => snapshots.publish({ ...snapshots.current, segments: table }))
  opened.resolve(snapshots)
  money.run(snapshots)
  warnOfRates(catalog.rates, settings, log)

  onLoaded()

  // 6. The bidder and its two ports.
  const telemetry = new BidTelemetry(EXCHANGE_NAMES)
  const admission = new Admission({
    exchangeNames: EXCHANGE_NAMES,
    inFlightMax: settings['in-flight-max'],
    queueMsTarget: settings['queue-ms-target'],
    clock,
    utilisation: loopMeter(),
    scoreWaitMs: scoreWaitMeter(telemetry.stageMicros, STAGE.score, () => serving.live.queue.counts),
    onLess: (level) => onFault(new Error(`overload: the work for bids is now ${level}`)),
  })
  closers.push(() => admission.close())
  const bidder = new Bidder({
    bodyBytesMax: settings['body-bytes-max'],
    clock,
    purse: money.purse,
    snapshots,
    exchanges: EXCHANGE_PROFILES,
    operator,
    limits: { tmaxDefaultMs: settings['tmax-default-ms'], tmaxMostMs: settings['tmax-most-ms'] },
    brownOut: admission,
    telemetry,
    events: events ?? NO_EVENTS,
  })
  const noticeTelemetry = new NoticeTelemetry(EXCHANGE_NAMES)
  const noticePort = new NoticePortTelemetry()
  const desk = new NoticeDesk({
    reader: new NoticeReader({
      seal: operator.seal,
      exchanges: EXCHANGE_PROFILES,
      lifetimeS: operator.noticeLifetimeS,
      priceKeys,
    }),
    clerk: money.clerk,
    landingOf: (creativeId) => snapshots.current.ads.landings.get(creativeId),
    telemetry: noticeTelemetry,
    clock,
  })
  let isStopping = false
  const server = await listen({
    host: settings.host,
    port: settings.port,
    isPortShared: settings['reuse-port'],
    bodyBytesMax: settings['body-bytes-max'],
    admission,
    bidder,
    exchanges: EXCHANGE_PROFILES,
    isReady: () => !isStopping,
    notices: desk,
    noticeTelemetry: noticePort,
    clock,
    telemetry,
    onBug: (bug) => onFault(bug instanceof Error ? bug : new Error(String(bug))),
  }).catch((cause: Error) => {
    throw new StartError(cause.message)
  })
  closers.push(async () => {
    isStopping = true
    await drain(server)
  })
  const instruments = [
    ...telemetry.instruments,
    ...admission.telemetry.instruments,
    ...noticeTelemetry.instruments,
    ...noticePort.instruments,
    ...money.instruments,
    ...scoring.instruments,
    ...(events?.instruments ?? []),
    ...catalogInstruments(snapshots, reloads),
    ...processInstruments(),
  ]
  const admin = await listenAdmin({
    host: settings['admin-host'],
    port: settings['admin-port'],
    token: settings['admin-token'],
    version: VERSION,
    unreadyReason: () => {
      if (isStopping) return 'shutting down'
      return money.store.isWritable ? undefined : 'the ledger cannot be written'
    },
    campaigns: new Campaigns({ ...money.rooms, treasury: money.treasury, snapshots }),
    status: () => ({
      ledger: {
        isWritable: money.store.isWritable,
        waiting: money.store.waitingCount,
        holds: money.rooms.ledger.holds.count,
      },
      overload: admission.status(),
      events: events?.status() ?? null,
      catalog: {
        campaigns: snapshots.current.ads.campaigns.size,
        ads: snapshots.current.ads.fragments.length,
      },
    }),
    models: scoring.releases,
    inference: {
      served: () => serving.all,
      score: (served, tensors) => scoreRaw(served, tensors, clock),
    },
    onAction: (action) => log.info(action, 'an operator has acted'),
    metricsText: prometheusText(
      new InstrumentProducer({ instruments, version: VERSION, wallMs: clock.wallMs }),
    ),
  }).catch((cause: Error) => {
    throw new StartError(cause.message)
  })
  // Only now, when bids are answered: a trial takes CPU.
  scoring.watch()
  // Closed last, so that the probes see the bidder drain.
  closers.unshift(admin.close)
  return { port: server.port, adminPort: admin.port, stop: () => closeAll(closers) }
}

/** Undefined where it is switched off. */
function eventLogOf(settings: Settings, clock: Clock, onFault: (fault: Error) => void): EventLog | undefined {
  if (settings['events-mb-max'] === 0) return undefined
  return new EventLog({
    directory: join(settings.data, EVENTS_FOLDER),
    bytesMax: settings['events-mb-max'] * 2 ** 20,
    bidShare: settings['events-bid-percent'] / 100,
    features: FEATURES,
    clock,
    onFault,
  })
}

/** Undefined where no file is named. */
async function openSegments(
  file: string,
  keys: UserKeys,
  log: Logger,
  closers: Closers,
): Promise<SegmentWatch | undefined> {
  if (file === '') return undefined
  const watch = await watchSegments(file, keys, log).catch((cause: Error) => {
    throw new StartError(cause.message)
  })
  closers.push(watch.close)
  return watch
}

async function openCatalog(settings: Settings): Promise<{ readonly ads: Ads; readonly rates: Rates }> {
  const directory = settings.catalog
  const loaded = await loadCatalog(directory)
  if ('faults' in loaded) {
    throw new StartError(loaded.faults.map((fault) => `${directory}: ${formatFault(fault)}`).join('\n'))
  }
  const pace = new Pace()
  // What models see of ads stands in `vectors`; the texts that they were made from would be 2 MB that nobody asks for.
  const { features: _, ...ads } = await compileAds(loaded.catalog, EXCHANGE_PROFILES, async () => {
    if (pace.isDue()) await pace.rest()
  })
  return { ads, rates: new Rates(loaded.catalog.rates, settings['rates-days-max']) }
}

function warnOfRates(rates: Rates, settings: Settings, log: Logger): void {
  const days = rates.ageDays(systemClock.wallMs())
  if (days <= settings['rates-days-max']) return
  log.warn(
    { catalog: settings.catalog, days: Math.floor(days) },
    'rates.json is too old: bids are in US dollars alone',
  )
}

type Reloads = { readonly counts: { done: number; refused: number }; close(): void }

/** Reloads one at a time; a change during a reload asks for another one behind it. A refused catalog changes nothing. */
function reloadOnChange(directory: string, log: Logger, reload: () => Promise<void>): Reloads {
  const counts = { done: 0, refused: 0 }
  const run = oneAtATime(async () => {
    try {
      await reload()
      counts.done++
      log.info({ catalog: directory }, 'catalog reloaded')
    } catch (cause) {
      counts.refused++
      log.error(
        { faults: (cause as Error).message.split('\n') },
        'catalog refused; bids go on with the one before',
      )
    }
  })
  const watcher = watchCatalog(directory, () => void run(), {
    onFault: (message) => log.warn({ catalog: directory }, message),
  })
  return { counts, close: () => watcher.close() }
}

function catalogInstruments(snapshots: Published<Snapshot>, { counts }: Reloads): Instrument[] {
  const labelled = (result: string, value: number) => ({ labels: { result }, value })
  return [
    new Observed({
      name: 'peregrine_catalog_reloads_total',
      about: 'Catalogs taken or refused since the start',
      isCumulative: true,
      observe: () => [labelled('done', counts.done), labelled('refused', counts.refused)],
    }),
    new Observed({
      name: 'peregrine_catalog_ads',
      about: 'Ads that may bid: a creative of an active campaign each',
      observe: () => [{ labels: {}, value: snapshots.current.ads.fragments.length }],
    }),
    new Observed({
      name: 'peregrine_rates_age_days',
      about: 'Age of the rate table; NaN without one',
      observe: () => [{ labels: {}, value: snapshots.current.rates.ageDays(systemClock.wallMs()) }],
    }),
  ]
}

/** Logs a fault when it is new, then at every power of two: a storm of faults must not become a storm of lines. */
function logDistinct(log: Logger): (fault: Error) => void {
  const counts = new Map<string, number>()
  return (fault) => {
    const count = (counts.get(fault.message) ?? 0) + 1
    // Messages that differ every time would fill the map.
    if (count > 1 || counts.size < 1000) counts.set(fault.message, count)
    if (Number.isInteger(Math.log2(count))) log.error({ err: fault, count }, 'fault')
  }
}

/** Stops listening and waits for the requests in work, but not for ever. */
async function drain(server: BidServer): Promise<void> {
  server.stopListening()
  const untilMs = systemClock.nowMs() + DRAIN_MS_MAX
  while (server.inFlight() > 0 && systemClock.nowMs() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  server.close()
}

async function closeAll(closers: Closers): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}
