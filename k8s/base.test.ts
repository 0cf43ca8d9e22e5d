/**
 * Renders k8s/base as `kubectl apply -k` would and checks it twice: each object against the Kubernetes schema, and
 * the relations between objects that a schema cannot see. Each relation is shown to be checked on a broken copy.
 * No cluster is involved: admission, scheduling and the probes' answers are not covered.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Service, ServiceAccount } from 'kubernetes-models/v1'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { readSettings } from '../src/config/settings.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const packageJson = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const dockerfile = readFileSync(`${root}Dockerfile`, 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, walked by path; the schema test gives the types
type Json = any
type Objects = {
  account: Json
  deployment: Json
  bid: Json
  admin: Json
  autoscaler: Json
  disruption: Json
  all: Json[]
}

const models = { Deployment, HorizontalPodAutoscaler, PodDisruptionBudget, Service, ServiceAccount }
const isKubectlHere = spawnSync('kubectl', ['version', '--client']).status === 0
const reason = 'kubectl is not installed, so the base cannot be rendered'
const skip = isKubectlHere || process.env.CI ? false : reason

const broken: [change: string, breakIt: (o: Objects, pod: Json, c: Json) => void, fault: RegExp][] = [
  [
    'a probe of a port that is not there',
    (_o, _p, c) => (c.livenessProbe.httpGet.port = 'http'),
    /livenessProbe.*http/,
  ],
  ['a probe of the bid port', (_o, _p, c) => (c.readinessProbe.httpGet.port = 'bid'), /readinessProbe.*bid/],
  [
    'liveness by readiness',
    (_o, _p, c) => (c.livenessProbe.httpGet.path = '/readyz'),
    /livenessProbe.*\/readyz/,
  ],
  ['no startup probe', (_o, _p, c) => delete c.startupProbe, /startupProbe/],
  [
    'pods that the deployment does not select',
    (o) => (o.deployment.spec.selector.matchLabels = { app: 'x' }),
    /Dep.*sel/,
  ],
  [
    'pods that the service does not select',
    (o) => (o.bid.spec.selector = { app: 'x' }),
    /Service peregrine selects/,
  ],
  ['a service that selects everything', (o) => (o.admin.spec.selector = {}), /peregrine-admin selects/],
  [
    'pods that the budget does not select',
    (o) => (o.disruption.spec.selector.matchLabels.x = 'y'),
    /Disrupt.* selects/,
  ],
  [
    'pods that the spread does not count',
    (_o, p) => (p.topologySpreadConstraints[1].labelSelector = {}),
    /hostname selects/,
  ],
  [
    'a target port that is not there',
    (o) => (o.bid.spec.ports[0].targetPort = 'http'),
    /Service peregrine.*http/,
  ],
  [
    'bids behind the admin service',
    (o) => (o.admin.spec.ports[0].targetPort = 'bid'),
    /Service peregrine-admin.*bid/,
  ],
  [
    'admin behind the bid service',
    (o) => o.bid.spec.ports.push(o.admin.spec.ports[0]),
    /Service peregrine.*admin/,
  ],
  ['an admin service that balances', (o) => delete o.admin.spec.clusterIP, /headless/],
  ['a target that is not there', (o) => (o.autoscaler.spec.scaleTargetRef.name = 'bidder'), /scales bidder/],
  [
    'a target of another kind',
    (o) => (o.autoscaler.spec.scaleTargetRef.kind = 'StatefulSet'),
    /scales StatefulSet/,
  ],
  ['a fixed number of pods', (o) => (o.deployment.spec.replicas = 2), /replicas/],
  ['one pod alone', (o) => (o.autoscaler.spec.minReplicas = 1), /minReplicas/],
  ['no more than the least', (o) => (o.autoscaler.spec.maxReplicas = 2), /maxReplicas/],
  [
    'a budget that blocks drains',
    (o) => (o.disruption.spec = { ...o.disruption.spec, maxUnavailable: 0 }),
    /drain/,
  ],
  ['requests below limits', (_o, _p, c) => (c.resources.requests.cpu = '1'), /cpu/],
  ['half a core', (_o, _p, c) => (c.resources.limits.cpu = c.resources.requests.cpu = '1500m'), /whole/],
  ['memory below its limit', (_o, _p, c) => (c.resources.requests.memory = '512Mi'), /memory/],
  [
    'an end before the drain is over',
    (_o, p) => (p.terminationGracePeriodSeconds = 10),
    /terminationGracePeriod/,
  ],
  ['no wait before SIGTERM', (_o, _p, c) => delete c.lifecycle, /preStop/],
  ['a mount without volume', (_o, p) => (p.volumes[0].name = 'state'), /volume data/],
  ['a volume that the image does not know', (_o, _p, c) => (c.volumeMounts[0].mountPath = '/data'), /VOLUME/],
  [
    'a catalog that is nowhere',
    (_o, _p, c) => (variable(c, 'CATALOG').value = '/catalog'),
    /\/catalog is neither/,
  ],
  [
    'models that are nowhere',
    (_o, _p, c) => (variable(c, 'MODELS').value = '/opt/x'),
    /\/opt\/x are neither/,
  ],
  ['another port than announced', (_o, _p, c) => (variable(c, 'PORT').value = '80'), /bids on 80/],
  ['another admin port', (_o, _p, c) => (variable(c, 'ADMIN_PORT').value = '91'), /admin on 91/],
  [
    'a port that is none',
    (_o, _p, c) => (variable(c, 'PORT').value = 'tcp://10.0.0.1:8080'),
    /PEREGRINE_PORT: a whole/,
  ],
  [
    'admin on loopback',
    (_o, _p, c) => (variable(c, 'ADMIN_HOST').value = '127.0.0.1'),
    /admin on 127.0.0.1 is out/,
  ],
  ['bids on loopback', (_o, _p, c) => (variable(c, 'HOST').value = 'localhost'), /bids on localhost are out/],
  [
    'a variable unknown to serve',
    (_o, _p, c) => c.env.push({ name: 'PEREGRINE_X', value: '1' }),
    /no setting PEREGRINE_X/,
  ],
  ['a flag unknown to serve', (_o, _p, c) => c.args.push('--x'), /--x/],
  ['a flag that wins over the variable', (_o, _p, c) => c.args.push('--port=1'), /bids on 1,/],
  ['another verb', (_o, _p, c) => (c.args[0] = 'check'), /verb/],
  [
    'no token',
    (_o, _p, c) => (c.env = c.env.filter((v: Json) => !/TOKEN/.test(v.name))),
    /set PEREGRINE_ADMIN_TOKEN/,
  ],
  [
    'a token in clear',
    (_o, _p, c) => (variable(c, 'ADMIN_TOKEN').value = 'letmein'),
    /PEREGRINE_ADMIN_TOKEN/,
  ],
  [
    'a token that may be missing',
    (_o, _p, c) => (variable(c, 'ADMIN_TOKEN').valueFrom.secretKeyRef.optional = true),
    /TOKEN/,
  ],
  ['variables of services', (_o, p) => delete p.enableServiceLinks, /enableServiceLinks/],
  ['another account', (_o, p) => (p.serviceAccountName = 'default'), /serviceAccountName/],
  [
    'a token of the API',
    (o) => delete o.account.automountServiceAccountToken,
    /automountServiceAccountToken/,
  ],
  ['root', (_o, p) => delete p.securityContext.runAsNonRoot, /runAsNonRoot/],
  ['another user than the image', (_o, p) => (p.securityContext.runAsUser = 1000), /10001/],
  ['a volume of another group', (_o, p) => (p.securityContext.fsGroup = 1), /fsGroup/],
  [
    'a root file system to write to',
    (_o, _p, c) => (c.securityContext.readOnlyRootFilesystem = false),
    /readOnlyRoot/,
  ],
  ['capabilities', (_o, _p, c) => (c.securityContext.capabilities.drop = ['NET_RAW']), /capabilities/],
  ['a way up', (_o, _p, c) => delete c.securityContext.allowPrivilegeEscalation, /allowPrivilegeEscalation/],
  ['no seccomp', (_o, p) => (p.securityContext.seccompProfile.type = 'Unconfined'), /seccomp/],
  ['an image without version', (_o, _p, c) => (c.image = 'peregrine:latest'), /image peregrine:latest/],
  ['a namespace', (o) => (o.bid.metadata.namespace = 'default'), /namespace/],
  ['an object without our label', (o) => delete o.disruption.metadata.labels, /label/],
]

t.test('kubectl is there to render the base', { skip }, async (t) => {
  t.ok(isKubectlHere, isKubectlHere ? 'kubectl answers' : reason)
})

if (isKubectlHere) {
  const all = render()

  t.test('the base renders to these objects and no others', async (t) => {
    t.strictSame(all.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(), [
      'Deployment peregrine',
      'HorizontalPodAutoscaler peregrine',
      'PodDisruptionBudget peregrine',
      'Service peregrine',
      'Service peregrine-admin',
      'ServiceAccount peregrine',
    ])
  })

  t.test('every object obeys the schema of its kind', async (t) => {
    for (const object of all) t.doesNotThrow(() => validate(object), object.kind)
  })

  t.test('the schema check refuses what the API server would refuse', async (t) => {
    const { deployment, autoscaler } = named(structuredClone(all))
    deployment.spec.template.spec.containers[0].ports[0].containerPort = '8080'
    autoscaler.spec.maxReplicas = undefined
    t.throws(() => validate(deployment), /containerPort/)
    t.throws(() => validate(autoscaler), /maxReplicas/)
    t.throws(() => validate({ ...deployment, kind: 'Deploymnet' }), /Deploymnet/)
  })

  t.test('the objects fit each other', async (t) => {
    t.strictSame(faults(named(all)), [])
  })

  t.test('each relation that is broken is found', async (t) => {
    for (const [change, breakIt, fault] of broken) {
      const objects = named(structuredClone(all))
      breakIt(objects, pod(objects), container(objects))
      t.match(faults(objects).join('\n'), fault, change)
    }
  })
}

function render(): Json[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', `${root}k8s/base`], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`kubectl kustomize failed: ${stderr}`)
  return parseAllDocuments(stdout).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS()
  })
}

function validate(object: Json): void {
  const Model = models[object.kind as keyof typeof models]
  if (Model === undefined) throw new Error(`no schema for the kind ${object.kind}`)
  if (object.apiVersion !== new Model().apiVersion) throw new Error(`${object.kind} of ${object.apiVersion}`)
  new Model(object).validate()
}

function named(all: Json[]): Objects {
  const find = (kind: string, name = 'peregrine') =>
    all.find((object) => object.kind === kind && object.metadata.name === name)
  return {
    account: find('ServiceAccount'),
    deployment: find('Deployment'),
    bid: find('Service'),
    admin: find('Service', 'peregrine-admin'),
    autoscaler: find('HorizontalPodAutoscaler'),
    disruption: find('PodDisruptionBudget'),
    all,
  }
}

function pod({ deployment }: Objects): Json {
  return deployment.spec.template.spec
}

function container(objects: Objects): Json {
  return pod(objects).containers[0]
}

function variable(container: Json, name: string): Json {
  return container.env.find((variable: Json) => variable.name === `PEREGRINE_${name}`) ?? {}
}

function faults(objects: Objects): string[] {
  return [
    ...probeFaults(objects),
    ...selectorFaults(objects),
    ...serviceFaults(objects),
    ...scalingFaults(objects),
    ...resourceFaults(objects),
    ...endFaults(objects),
    ...settingFaults(objects),
    ...securityFaults(objects),
    ...metadataFaults(objects),
  ]
}

/** A fault for every fact that does not hold. */
function unmet(facts: [holds: boolean, fault: string][]): string[] {
  return facts.filter(([holds]) => !holds).map(([, fault]) => fault)
}

function portNumber(objects: Objects, name: string | number): number | undefined {
  const ports: Json[] = container(objects).ports
  return ports.find((port) => port.name === name || port.containerPort === name)?.containerPort
}

/** Liveness must not ask for readiness: a pod that waits for its catalog would be killed instead of left to load. */
function probeFaults(objects: Objects): string[] {
  const paths = { startupProbe: '/healthz', livenessProbe: '/healthz', readinessProbe: '/readyz' }
  return Object.entries(paths).flatMap(([name, path]) => {
    const get = container(objects)[name]?.httpGet
    const isRight = get?.path === path && portNumber(objects, get.port) === portNumber(objects, 'admin')
    return isRight ? [] : [`${name} asks ${get?.path} of the port ${get?.port}`]
  })
}

function selectorFaults(objects: Objects): string[] {
  const labels = objects.deployment.spec.template.metadata.labels
  const spread: Json[] = pod(objects).topologySpreadConstraints
  const selectors: [string, Json][] = [
    ['Deployment peregrine', objects.deployment.spec.selector.matchLabels],
    ['Service peregrine', objects.bid.spec.selector],
    ['Service peregrine-admin', objects.admin.spec.selector],
    ['PodDisruptionBudget peregrine', objects.disruption.spec.selector.matchLabels],
    ...spread.map((rule): [string, Json] => [
      `spread over ${rule.topologyKey}`,
      rule.labelSelector.matchLabels,
    ]),
  ]
  return selectors
    .filter(([, selector]) => !isSelected(labels, selector ?? {}))
    .map(
      ([who, selector]) =>
        `${who} selects ${JSON.stringify(selector)}, the pods are ${JSON.stringify(labels)}`,
    )
}

function isSelected(labels: Record<string, string>, selector: Record<string, string>): boolean {
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value)
}

function serviceFaults(objects: Objects): string[] {
  const wrongPorts = (service: Json, name: string) =>
    service.spec.ports
      .filter((port: Json) => portNumber(objects, port.targetPort) !== portNumber(objects, name))
      .map((port: Json) => `Service ${service.metadata.name} leads to ${port.targetPort}, not to ${name}`)
  return [
    ...wrongPorts(objects.bid, 'bid'),
    ...wrongPorts(objects.admin, 'admin'),
    ...unmet([
      [objects.admin.spec.clusterIP === 'None', 'admin is not headless: a scrape would meet any one pod'],
    ]),
  ]
}

function scalingFaults({ autoscaler, deployment, disruption }: Objects): string[] {
  const { scaleTargetRef: target, minReplicas, maxReplicas } = autoscaler.spec
  const isTarget =
    target.kind === deployment.kind &&
    target.apiVersion === deployment.apiVersion &&
    target.name === deployment.metadata.name
  return unmet([
    [isTarget, `the autoscaler scales ${target.name === 'peregrine' ? target.kind : target.name}`],
    [deployment.spec.replicas === undefined, 'replicas: each apply would undo what the autoscaler did'],
    [minReplicas >= 2, 'minReplicas: one pod alone is an outage at each of its restarts'],
    [maxReplicas > minReplicas, 'maxReplicas leaves nothing to scale'],
    [disruption.spec.maxUnavailable === 1, 'the disruption budget blocks a drain or allows too much'],
  ])
}

/** Equal and whole: the pod is of class Guaranteed, and a node with the static CPU policy gives it cores of its own. */
function resourceFaults(objects: Objects): string[] {
  const { requests, limits } = container(objects).resources
  return unmet([
    [requests.cpu === limits.cpu, `cpu: ${requests.cpu} requested, ${limits.cpu} allowed`],
    [Number.isInteger(Number(limits.cpu)), `cpu: ${limits.cpu} is not a whole number of cores`],
    [Number(limits.cpu) >= 2, `cpu: ${limits.cpu} is too few for the loop and the inference worker`],
    [requests.memory === limits.memory, `memory: ${requests.memory} requested, ${limits.memory} allowed`],
  ])
}

function endFaults(objects: Objects): string[] {
  const grace = pod(objects).terminationGracePeriodSeconds
  const [command, seconds] = container(objects).lifecycle?.preStop?.exec?.command ?? []
  return unmet([
    [
      command === 'sleep' && Number(seconds) >= 5,
      'preStop: bids arrive until every node has dropped the endpoint',
    ],
    [
      grace >= Number(seconds ?? 0) + 15,
      `terminationGracePeriodSeconds: ${grace} includes the preStop sleep`,
    ],
  ])
}

/** The pod's arguments and variables as `serve` itself reads them; it refuses to start for any it does not know. */
function settingFaults(objects: Objects): string[] {
  const { args, env } = container(objects)
  const variables = env.map(({ name, value }: Json) => [name, value ?? 'token-of-the-secret'])
  let settings: Record<string, unknown>
  try {
    settings = readSettings(args.slice(1), Object.fromEntries(variables))
  } catch (cause) {
    return [(cause as Error).message]
  }
  return [...addressFaults(objects, settings), ...folderFaults(objects, settings)]
}

function addressFaults(objects: Objects, settings: Record<string, unknown>): string[] {
  return unmet([
    [container(objects).args[0] === 'serve', 'the first argument is not the verb serve'],
    [
      settings.port === portNumber(objects, 'bid'),
      `serve takes bids on ${settings.port}, not on the port bid`,
    ],
    [
      settings['admin-port'] === portNumber(objects, 'admin'),
      `serve has admin on ${settings['admin-port']}, not on the port admin`,
    ],
    [settings.host === '0.0.0.0', `bids on ${settings.host} are out of reach of the service`],
    [
      settings['admin-host'] === '0.0.0.0',
      `admin on ${settings['admin-host']} is out of reach of the probes`,
    ],
    [
      isSecret(variable(container(objects), 'ADMIN_TOKEN')),
      'PEREGRINE_ADMIN_TOKEN is not the one of the secret',
    ],
    [pod(objects).enableServiceLinks === false, 'enableServiceLinks: PEREGRINE_PORT would be a URL'],
  ])
}

/** What is read stands in the image or on a volume; what is written is on a volume, as the rest is read-only. */
function folderFaults(objects: Objects, settings: Record<string, unknown>): string[] {
  const { volumeMounts } = container(objects)
  const mounted: unknown[] = volumeMounts.map(({ mountPath }: Json) => mountPath)
  const volumes = pod(objects).volumes.map(({ name }: Json) => name)
  const inImage = (path: unknown) =>
    dockerfile.includes(`COPY ${String(path).replace('/opt/peregrine/', '')}/ `)
  const isThere = (path: unknown) => mounted.includes(path) || inImage(path)
  return unmet([
    ...volumeMounts.map(({ name }: Json) => [volumes.includes(name), `no volume ${name}`]),
    [dockerfile.includes(`\nVOLUME ${mounted[0]}\n`), `${mounted[0]} is not the VOLUME of the image`],
    [isThere(settings.catalog), `the catalog ${settings.catalog} is neither mounted nor in the image`],
    [isThere(settings.models), `the models ${settings.models} are neither mounted nor in the image`],
    [!('data' in settings) || mounted.includes(settings.data), `the data ${settings.data} is on no volume`],
  ])
}

function isSecret({ value, valueFrom }: Json): boolean {
  const reference = valueFrom?.secretKeyRef
  return value === undefined && reference?.name === 'peregrine-admin' && reference.optional !== true
}

/** What the Pod Security Standard "restricted" asks for, and a root file system that is only read. */
function securityFaults(objects: Objects): string[] {
  const all = pod(objects).securityContext
  const own = container(objects).securityContext
  const user = Number(/^USER (\d+)/m.exec(dockerfile)?.[1])
  const { account } = objects
  return unmet([
    [
      pod(objects).serviceAccountName === account.metadata.name,
      'serviceAccountName is not the account of the base',
    ],
    [
      account.automountServiceAccountToken === false,
      'automountServiceAccountToken: the account gives a token',
    ],
    [
      pod(objects).automountServiceAccountToken === false,
      'automountServiceAccountToken: the pod takes a token',
    ],
    [all.runAsNonRoot === true, 'runAsNonRoot'],
    [
      all.runAsUser === user && all.runAsGroup === user,
      `runAsUser and runAsGroup are not the ${user} of the image`,
    ],
    [all.fsGroup === user, `fsGroup: the data volume does not belong to ${user}`],
    [all.seccompProfile.type === 'RuntimeDefault', 'seccompProfile'],
    [own.readOnlyRootFilesystem === true, 'readOnlyRootFilesystem'],
    [own.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation'],
    [own.capabilities.drop.join() === 'ALL' && own.capabilities.add === undefined, 'capabilities'],
  ])
}

function metadataFaults(objects: Objects): string[] {
  const { image } = container(objects)
  return unmet([
    [image === `peregrine:${packageJson.version}`, `the image ${image} is not the version of package.json`],
    [
      objects.all.every(({ metadata }) => metadata.namespace === undefined),
      'a namespace is for the overlay to set',
    ],
    [
      objects.all.every(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'peregrine'),
      'an object lacks the label app.kubernetes.io/name',
    ],
  ])
}
