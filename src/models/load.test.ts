/**
 * A model version whose files are as they should be, and one lie at a time: each must be refused with its file and place.
 * Nothing is run here, so that model.onnx may be any bytes.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadModel, readWeights } from './load.ts'

const WEIGHTS = Float32Array.of(-4, 0.5, 0, -0.25, 1e-3)

// biome-ignore lint/suspicious/noExplicitAny: the lies are of every shape.
type Json = any

function manifestOf(): Json {
  return {
    name: 'ctr',
    version: '7',
    task: 'ctr',
    sha256: '',
    inputs: [
      {
        name: 'ids',
        type: 'int32',
        columns: [
          { feature: 'os', buckets: 8 },
          { feature: 'os*creative', buckets: 8, seed: 4294967295, offset: 8 },
        ],
      },
      { name: 'numbers', type: 'float32', columns: [{ feature: 'floor_cpm', default: -1, domain: [0, 5] }] },
    ],
    output: { name: 'p', meaning: 'probability of a click, given an impression' },
    inline: { file: 'inline.bin', sha256: '', tableRows: 4, columns: [{ feature: 'os', buckets: 4 }] },
    golden: {
      tolerance: 0.001,
      rows: [
        {
          features: { os: 'iOS', floor_cpm: 2 },
          inputs: { ids: [1, 9], numbers: [2] },
          output: 0.1,
          inline: 0.2,
        },
      ],
    },
    training: { about: 'by hand', window: '2026-01', rows: 0, seed: 0 },
    quality: { auc: 0.7 },
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The files of a version: what a case may change before they are written; checksums are true unless it sets them. */
type Files = { manifest: Json; onnx: Uint8Array | undefined; inline: Uint8Array | undefined; text?: string }

function folderOf(t: Test, change: (files: Files) => void = () => {}): string {
  const folder = join(t.testdir({}), 'ctr', '7')
  mkdirSync(folder, { recursive: true })
  const bytes = new Uint8Array(WEIGHTS.slice().buffer)
  const files: Files = { manifest: manifestOf(), onnx: Buffer.from('a graph'), inline: bytes }
  change(files)
  const { manifest, onnx, inline, text } = files
  for (const [file, content, owner] of [
    ['model.onnx', onnx, manifest],
    ['inline.bin', inline, manifest.inline],
  ] as const) {
    if (owner?.sha256 === '') owner.sha256 = sha256(content ?? new Uint8Array())
    if (content !== undefined) writeFileSync(join(folder, file), content)
  }
  writeFileSync(join(folder, 'manifest.json'), text ?? JSON.stringify(manifest))
  return folder
}

/** What is told, with the folder left out. */
async function faultsOf(t: Test, change: (files: Files) => void): Promise<string[]> {
  const folder = folderOf(t, change)
  const loaded = await loadModel(folder)
  return 'faults' in loaded ? loaded.faults.map((fault) => fault.replace(`${folder}/`, '')) : []
}

t.test('a version with true files is loaded as its manifest says', async (t) => {
  const folder = folderOf(t)
  const loaded = await loadModel(folder)
  if ('faults' in loaded) return t.fail(loaded.faults.join('\n'))
  const { spec, inline, golden, manifest } = loaded.model
  t.same(spec, {
    key: 'ctr/7',
    file: join(folder, 'model.onnx'),
    inputs: [
      { name: 'ids', type: 'int32', width: 2 },
      { name: 'numbers', type: 'float32', width: 1 },
    ],
    output: 'p',
  })
  t.equal(inline.bias, -4)
  t.same([...inline.table], [0.5, 0, -0.25, Math.fround(1e-3)])
  t.equal(inline.columns, manifest.inline.columns)
  t.equal(golden, manifest.golden.rows)
})

const RUNTIME = { kind: 'open-inference', url: 'https://models.example/serving', model: 'ctr', version: '2' }

t.test('a version that a remote has is loaded without a graph', async (t) => {
  const folder = folderOf(t, (files) => {
    delete files.manifest.sha256
    files.manifest.runtime = RUNTIME
    files.onnx = undefined
  })
  const loaded = await loadModel(folder)
  if ('faults' in loaded) return t.fail(loaded.faults.join('\n'))
  t.equal(loaded.model.spec.file, '')
  t.same(loaded.model.manifest.runtime, RUNTIME)
})

t.test('weights are little-endian floats, wherever in a buffer they lie', async (t) => {
  const bytes = Uint8Array.of(9, 0x00, 0x00, 0x80, 0xbf, 0x00, 0x00, 0x00, 0x40)
  t.same([...readWeights(bytes.subarray(1))], [-1, 2])
})

const M = 'manifest.json'
const COLUMN = `${M} /inputs/0/columns/0`
const ZEROS = '0'.repeat(64)
const GRAPH_TOO = 'model.onnx: is there, though the manifest names a "runtime"; take one of the two away'

/** Each row: a lie about the files, and what is told. */
const FILE_LIES: readonly (readonly [string, (files: Files) => void, readonly (string | RegExp)[]])[] = [
  ['no JSON', (f) => (f.text = '{"name": }'), [/^manifest\.json: not JSON: .*"name": }/]],
  ['an empty file', (f) => (f.text = ''), [/^manifest\.json: not JSON: /]],
  ['a list', (f) => (f.manifest = []), [`${M}: object is due, not []`]],
  ['no graph', (f) => (f.onnx = undefined), ['model.onnx: no such file']],
  ['no weights', (f) => (f.inline = undefined), ['inline.bin: no such file']],
  [
    'another graph',
    (f) => (f.manifest.sha256 = ZEROS),
    [`model.onnx: its sha256 is ${sha256(Buffer.from('a graph'))}, the manifest says ${ZEROS}`],
  ],
  [
    'other weights',
    (f) => (f.manifest.inline.sha256 = ZEROS),
    [`inline.bin: its sha256 is ${sha256(new Uint8Array(WEIGHTS.buffer))}, the manifest says ${ZEROS}`],
  ],
  [
    'a weight too many',
    (f) => (f.manifest.inline.tableRows = 3),
    [
      `${M} /inline/columns/0: "os" reaches beyond the table of 3 rows: offset 0 and 4 buckets`,
      'inline.bin: is 20 bytes long; a bias and 3 weights of four bytes each are 16',
    ],
  ],
  [
    'a weight too few',
    (f) => (f.manifest.inline.tableRows = 5),
    ['inline.bin: is 20 bytes long; a bias and 5 weights of four bytes each are 24'],
  ],
  [
    'a part of a weight',
    (f) => (f.inline = f.inline?.subarray(0, 19)),
    ['inline.bin: is 19 bytes long; a bias and 4 weights of four bytes each are 20'],
  ],
  [
    'an empty file of weights',
    (f) => (f.inline = new Uint8Array()),
    ['inline.bin: is 0 bytes long; a bias and 4 weights of four bytes each are 20'],
  ],
  [
    'a weight that is no number',
    (f) => (f.inline = new Uint8Array(Float32Array.of(0, 1, 1, Number.NaN, 1).buffer)),
    ['inline.bin: the weight of row 2 is NaN'],
  ],
  [
    'a bias without end',
    (f) => (f.inline = new Uint8Array(Float32Array.of(Number.NEGATIVE_INFINITY, 1, 1, 1, 1).buffer)),
    ['inline.bin: the bias is -Infinity'],
  ],
  [
    'a graph beside a remote',
    (f) => {
      delete f.manifest.sha256
      f.manifest.runtime = RUNTIME
    },
    [GRAPH_TOO],
  ],
  [
    'a checksum of a graph that a remote has',
    (f) => {
      f.manifest.sha256 = ZEROS
      f.manifest.runtime = RUNTIME
      f.onnx = undefined
    },
    [`${M} /sha256: is that of model.onnx, which a model with a "runtime" does not have`],
  ],
  [
    'neither a graph nor a remote',
    (f) => {
      delete f.manifest.sha256
      f.onnx = undefined
    },
    [`${M}: the field "sha256" is missing, or "runtime", which names a remote in place of model.onnx`],
  ],
  [
    'the manifest of another version',
    (f) => (f.manifest.version = '6'),
    [`${M} /version: is "6", but the folder is called "7"`],
  ],
  [
    'the manifest of another model',
    (f) => (f.manifest.name = 'win'),
    [`${M} /name: is "win", but the folder is called "ctr"`],
  ],
  [
    'several lies, each of which is told',
    (f) => {
      f.onnx = undefined
      f.manifest.inline.sha256 = ZEROS
      f.manifest.inputs[0].columns[0].buckets = 3
    },
    [/^manifest\.json \/inputs\/0\/columns\/0: /, 'model.onnx: no such file', /^inline\.bin: its sha256 /],
  ],
]

const ADDRESS = 'an address such as http://host:8000, without a user, a query or a fragment,'
const NAME = 'a name of letters, digits and . _ - that begins with a letter or a digit'

/** Each row: a lie about the schema, and what is told. */
const SCHEMA_LIES: readonly (readonly [string, (manifest: Json) => void, readonly (string | RegExp)[]])[] = [
  ['a field is missing', (m) => delete m.training, [`${M}: the field "training" is missing`]],
  [
    'fields are missing',
    (m) => {
      delete m.task
      delete m.golden.rows[0].inline
    },
    [`${M}: the field "task" is missing`, `${M} /golden/rows/0: the field "inline" is missing`],
  ],
  ['a field is unknown', (m) => (m.licence = 'ours'), [`${M}: there is no field "licence"`]],
  [
    'a field of a column is unknown',
    (m) => (m.inputs[0].columns[0].bukets = 8),
    [`${COLUMN}: there is no field "bukets"`],
  ],
  ['another task', (m) => (m.task = 'win'), [`${M} /task: "ctr" or "cvr" is due, not "win"`]],
  [
    'a task with the meaning of another',
    (m) => (m.task = 'cvr'),
    [`${M} /output/meaning: "probability of a conversion, given a click" is what a cvr model answers`],
  ],
  [
    'another type of tensor',
    (m) => (m.inputs[0].type = 'int64'),
    [`${M} /inputs/0/type: "int32" or "float32" is due, not "int64"`],
  ],
  [
    'another meaning',
    (m) => (m.output.meaning = 'score'),
    [
      `${M} /output/meaning: "probability of a click, given an impression" or "probability of a conversion, given a click" is due, not "score"`,
    ],
  ],
  [
    'a checksum of another kind',
    (m) => (m.sha256 = 'd41d8cd98f00b204e9800998ecf8427e'),
    [`${M} /sha256: 64 lower-case hexadecimal digits is due, not "d41d8cd98f00b204e9800998ecf8427e"`],
  ],
  [
    'a name with a slash',
    (m) => (m.name = 'ctr/7'),
    [
      `${M} /name: a name of at most 31 lower-case letters, digits and - that begins with a letter is due, not "ctr/7"`,
    ],
  ],
  [
    'a version that leads elsewhere',
    (m) => (m.version = '..'),
    [/^manifest\.json \/version: a version of at most 32 letters/],
  ],
  ['a number as a version', (m) => (m.version = 7), [`${M} /version: string is due, not 7`]],
  ...(
    [
      ['another kind', { kind: 'grpc' }, '/kind: "open-inference" is due, not "grpc"'],
      ['no address', { url: 'models:8000' }, `/url: ${ADDRESS} is due, not "models:8000"`],
      [
        'a password',
        { url: 'http://me:secret@models' },
        `/url: ${ADDRESS} is due, not "http://me:secret@models"`,
      ],
      ['a query', { url: 'http://models/?a=b' }, `/url: ${ADDRESS} is due, not "http://models/?a=b"`],
      ['a model that leads elsewhere', { model: '../x' }, `/model: ${NAME} is due, not "../x"`],
      ['an unknown field', { grpc: true }, ': there is no field "grpc"'],
    ] as const
  ).map(
    ([about, change, told]) =>
      [
        `a remote with ${about}`,
        (m: Json) => (m.runtime = { ...RUNTIME, ...change }),
        [`${M} /runtime${told}`],
      ] as const,
  ),
  ['no tensor', (m) => (m.inputs = []), [`${M} /inputs: 1 or more are due, not []`]],
  ['no columns', (m) => (m.inputs[0].columns = []), [`${M} /inputs/0/columns: 1 or more are due, not []`]],
  ['no golden rows', (m) => (m.golden.rows = []), [`${M} /golden/rows: 1 or more are due, not []`]],
  [
    'too many golden rows',
    (m) => (m.golden.rows = Array(257).fill(m.golden.rows[0])),
    [`${M} /golden/rows: 256 at most are due, not 257`],
  ],
  [
    'an empty name of a tensor',
    (m) => (m.inputs[0].name = ''),
    [`${M} /inputs/0/name: some text is due, not ""`],
  ],
  [
    'a fraction of a bucket',
    (m) => (m.inputs[0].columns[0].buckets = 1.5),
    [`${COLUMN}/buckets: integer is due, not 1.5`],
  ],
  ['no bucket', (m) => (m.inputs[0].columns[0].buckets = 0), [`${COLUMN}/buckets: must be >= 1, not 0`]],
  [
    'a negative offset',
    (m) => (m.inputs[0].columns[0].offset = -1),
    [`${COLUMN}/offset: must be >= 0, not -1`],
  ],
  [
    'a seed beyond 32 bits',
    (m) => (m.inputs[0].columns[0].seed = 2 ** 32),
    [`${COLUMN}/seed: must be <= 4294967295, not 4294967296`],
  ],
  [
    'half a domain',
    (m) => (m.inputs[1].columns[0].domain = [0]),
    [`${M} /inputs/1/columns/0/domain: 2 or more are due, not [0]`],
  ],
  [
    'a domain with three ends',
    (m) => (m.inputs[1].columns[0].domain = [0, 1, 2]),
    [`${M} /inputs/1/columns/0/domain/2: nothing is due here, not 2`],
  ],
  [
    'a value that is neither text nor number',
    (m) => (m.golden.rows[0].features.os = true),
    [`${M} /golden/rows/0/features/os: text or a number is due, not true`],
  ],
  ['no tolerance', (m) => (m.golden.tolerance = 0), [`${M} /golden/tolerance: must be > 0, not 0`]],
  [
    'any tolerance',
    (m) => (m.golden.tolerance = 0.01),
    [`${M} /golden/tolerance: must be <= 0.001, not 0.01`],
  ],
  [
    'an output beyond 1',
    (m) => (m.golden.rows[0].output = 1.1),
    [`${M} /golden/rows/0/output: must be <= 1, not 1.1`],
  ],
  ['a quality in words', (m) => (m.quality.auc = 'good'), [`${M} /quality/auc: number is due, not "good"`]],
  [
    'more lies than eight',
    (m) => {
      for (let i = 0; i < 9; i++) m[`extra-${i}`] = i
      m.golden.rows[0].inputs.ids = Array(9).fill('x')
    },
    [...Array(9).keys()].flatMap((i) => [
      `${M}: there is no field "extra-${i}"`,
      `${M} /golden/rows/0/inputs/ids/${i}: number is due, not "x"`,
    ]),
  ],
]

/** Each row: a lie that fits the schema, and what is told. */
const CONTENT_LIES: readonly (readonly [string, (manifest: Json) => void, readonly string[]])[] = [
  [
    'a port that there is not',
    (m) => {
      delete m.sha256
      m.runtime = { ...RUNTIME, url: 'http://models:99999' }
    },
    [`${M} /runtime/url: "http://models:99999" is no address`, GRAPH_TOO],
  ],
  [
    'a feature that is not in the catalogue',
    (m) => (m.inputs[0].columns[0].feature = 'colour'),
    [`${COLUMN}: "colour" is not in the feature catalogue`],
  ],
  [
    'a number that is not in the catalogue',
    (m) => (m.inputs[1].columns[0].feature = 'depth'),
    [`${M} /inputs/1/columns/0: "depth" is not in the feature catalogue`],
  ],
  [
    'a cross with its ad side first',
    (m) => (m.inputs[0].columns[1].feature = 'creative*os'),
    [`${M} /inputs/0/columns/1: "creative*os" must name its request side first: "os*creative"`],
  ],
  [
    'buckets that are no power of two',
    (m) => (m.inputs[0].columns[0].buckets = 12),
    [`${COLUMN}: "os" has 12 buckets; a power of two, at most 1073741824, is due`],
  ],
  [
    'no buckets',
    (m) => delete m.inputs[0].columns[0].buckets,
    [`${COLUMN}: "os" is a text feature and needs buckets`],
  ],
  [
    'ids beyond 32 bits',
    (m) => (m.inputs[0].columns[0].offset = 2 ** 31),
    [`${COLUMN}: "os" has the offset 2147483648: its ids reach beyond 2147483648`],
  ],
  [
    'a text in a tensor of floats',
    (m) => (m.inputs[1].columns[0] = { feature: 'os' }),
    [`${M} /inputs/1/columns/0: "os" is text; a tensor of float32 takes number features alone`],
  ],
  [
    'a hashed text in a tensor of floats',
    (m) => (m.inputs[1].columns[0] = { feature: 'os', buckets: 8 }),
    [`${M} /inputs/1/columns/0: "os" is text; a tensor of float32 takes number features alone`],
  ],
  [
    'a cross in a tensor of floats',
    (m) => (m.inputs[1].columns[0] = { feature: 'os*creative', buckets: 8 }),
    [`${M} /inputs/1/columns/0: "os*creative" is text; a tensor of float32 takes number features alone`],
  ],
  [
    'a number in a tensor of ids',
    (m) => (m.inputs[0].columns[0] = { feature: 'floor_cpm' }),
    [`${COLUMN}: "floor_cpm" is a number; a tensor of int32 takes text features and their crosses alone`],
  ],
  [
    'two tensors of one name',
    (m) => {
      m.inputs[1].name = 'ids'
      m.inputs[1].columns.push({ feature: 'ad_duration' })
      m.golden.rows[0].inputs = { ids: [1, 9] }
    },
    [`${M} /inputs/1/name: the tensor "ids" is there before`],
  ],
  [
    'an inline feature that is not in the catalogue',
    (m) => (m.inline.columns[0].feature = 'colour'),
    [`${M} /inline/columns/0: "colour" is not in the feature catalogue`],
  ],
  [
    'a number for the inline scorer',
    (m) => (m.inline.columns[0] = { feature: 'floor_cpm' }),
    [
      `${M} /inline/columns/0: "floor_cpm" is a number; the inline scorer takes text features and their crosses alone`,
    ],
  ],
  [
    'an offset beyond the table',
    (m) => (m.inline.columns[0].offset = 1),
    [`${M} /inline/columns/0: "os" reaches beyond the table of 4 rows: offset 1 and 4 buckets`],
  ],
  [
    'a golden value that is not in the catalogue',
    (m) => (m.golden.rows[0].features.colour = 'red'),
    [`${M} /golden/rows/0/features/colour: "colour" is not in the feature catalogue`],
  ],
  [
    'a golden cross: only features have values',
    (m) => (m.golden.rows[0].features['os*creative'] = 'x'),
    [`${M} /golden/rows/0/features/os*creative: "os*creative" is not in the feature catalogue`],
  ],
  [
    'a number for a text',
    (m) => (m.golden.rows[0].features.hour = 9),
    [`${M} /golden/rows/0/features/hour: "hour" is text: write "9", in quotes`],
  ],
  [
    'a text for a number',
    (m) => (m.golden.rows[0].features.floor_cpm = '2'),
    [`${M} /golden/rows/0/features/floor_cpm: "floor_cpm" is a number: write it without quotes`],
  ],
  [
    'a golden row without a tensor',
    (m) => delete m.golden.rows[0].inputs.numbers,
    [`${M} /golden/rows/0/inputs: the row of the tensor "numbers" is missing`],
  ],
  [
    'a golden row of another tensor',
    (m) => (m.golden.rows[0].inputs.cells = [1]),
    [`${M} /golden/rows/0/inputs/cells: there is no tensor "cells"`],
  ],
  [
    'golden rows that would not show a wrong order',
    (m) => (m.golden.rows[0].features = {}),
    [
      `${M} /inputs/0/columns: no golden row tells "os" (column 0) from "os*creative" (column 1), so that a wrong order would go unseen; add a row in which they differ`,
    ],
  ],
  [
    'a golden row that is too short',
    (m) => (m.golden.rows[0].inputs.ids = [1]),
    [`${M} /golden/rows/0/inputs: the row of the tensor "ids" has 1 cells, its columns are 2`],
  ],
  [
    'a golden row that is too long',
    (m) => (m.golden.rows[0].inputs.numbers = [1, 2]),
    [`${M} /golden/rows/0/inputs: the row of the tensor "numbers" has 2 cells, its columns are 1`],
  ],
]

function isTold(wanted: string | RegExp | undefined, found: string): boolean {
  return wanted instanceof RegExp ? wanted.test(found) : wanted === found
}

function compare(
  t: Test,
  found: readonly string[],
  wanted: readonly (string | RegExp)[],
  about: string,
): void {
  const [left, right] = [[...found].sort(), [...wanted].sort()]
  const isSame = left.length === right.length && left.every((fault, i) => isTold(right[i], fault))
  if (isSame) t.pass(about)
  else t.same(found, wanted.map(String), about)
}

t.test('files that are not what they should be are refused with what they are', async (t) => {
  for (const [about, change, wanted] of FILE_LIES) compare(t, await faultsOf(t, change), wanted, about)
})

t.test('a manifest that does not fit its schema is refused with every place', async (t) => {
  for (const [about, change, wanted] of SCHEMA_LIES) {
    compare(t, await faultsOf(t, ({ manifest }) => change(manifest)), wanted, about)
  }
})

t.test('a manifest that the bidder cannot feed is refused with every place', async (t) => {
  for (const [about, change, wanted] of CONTENT_LIES) {
    compare(t, await faultsOf(t, ({ manifest }) => change(manifest)), wanted, about)
  }
})

t.test('a version without a manifest says what a version is', async (t) => {
  const folder = folderOf(t)
  rmSync(join(folder, M))
  t.same(await loadModel(folder), {
    faults: [`${join(folder, M)}: no such file; a model version is a folder <models>/<name>/<version>/`],
  })
  mkdirSync(join(folder, M))
  t.match(await loadModel(folder), { faults: [/manifest\.json: EISDIR/] }, 'a folder in its place')
})
