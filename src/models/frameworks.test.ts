/**
 * Models made by scikit-learn, LightGBM and PyTorch are served by their manifests alone, and equal to what the framework
 * itself predicts. The outputs of their golden rows are the framework's own, so that a trial that is passed within the
 * tolerance of 1e-5 is that equality, in the bidder's encoding and its runtime.
 *
 * The committed versions are held to it everywhere. Where Python has the framework they are made again by their scripts,
 * which hold ONNX Runtime against the framework on the whole holdout before they write anything.
 */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../base/clock.ts'
import { moduleFault, runPython, skipWithout } from '../testing/python.ts'
import { ROOT } from '../testing/serving.ts'
import { loadModel, type Model } from './load.ts'
import { tryModel } from './trial.ts'

const EXAMPLES = join(ROOT, 'python/examples')

// Latency is for the trial of a bidder; here other tests are at work.
const OPTIONS = { rowsMax: 1024, batchMsMax: 5000, clock: systemClock }

/** @property skip why its script cannot be run here. */
const FRAMEWORKS = [
  { name: 'sklearn', tensors: ['ids', 'numbers'], skip: skipWithout('sklearn') },
  { name: 'lightgbm', tensors: ['ids', 'hours', 'numbers'], skip: skipWithout('lightgbm') },
  {
    name: 'torch',
    tensors: ['request', 'ad', 'numbers'],
    // Its wheel brings GPU libraries along: 5 GB on disk, too much for each run of CI.
    skip: moduleFault('torch', 'pip install -r python/requirements-torch.txt, which takes 5 GB'),
  },
]

async function passed(t: Test, models: string, version: string): Promise<Model> {
  const loaded = await loadModel(join(models, 'ctr', version))
  if ('faults' in loaded) throw new Error(loaded.faults.join('\n'))
  const { faults } = await tryModel(loaded.model, OPTIONS)
  t.same(faults, [], `${version} passes its trial`)
  t.equal(loaded.model.manifest.golden.tolerance, 1e-5)
  return loaded.model
}

const rowsOf = ({ golden }: Model) => golden.map(({ features, inputs }) => ({ features, inputs }))

for (const { name, tensors, skip } of FRAMEWORKS) {
  t.test(`the committed version by ${name} is served, and equal to the framework`, async (t) => {
    const { manifest, golden } = await passed(t, EXAMPLES, `${name}-1`)
    t.same(
      manifest.inputs.map(({ name }) => name),
      tensors,
    )
    t.ok(golden.length >= 32)
  })

  t.test(`the script for ${name} makes its version again`, { skip }, async (t) => {
    const out = t.testdir({})
    const { status, stderr } = runPython(`python/train_${name}.py`, '--out', out, '--version', 'again')
    if (status !== 0) return t.fail(stderr)
    const again = await passed(t, out, 'again')
    // Weights may differ in their last digits from one processor to another; what they are weights of may not.
    t.same(rowsOf(again), rowsOf(await passed(t, EXAMPLES, `${name}-1`)))
  })
}

t.test(
  'golden rows have what LightGBM predicts in doubles, not the 32-bit floats of ONNX Runtime',
  async (t) => {
    const { golden } = await passed(t, EXAMPLES, 'lightgbm-1')
    t.ok(golden.every(({ output }) => Math.fround(output) !== output))
  },
)

/** Each row: what is asked of python/peregrine.py, and why it refuses. */
const REFUSALS: readonly (readonly [string, string, RegExp])[] = [
  [
    'a graph that is not the model',
    'demand_equal([0.1, 0.2, 0.3], [0.1, 0.2, 0.30002])',
    /the graph is not the model: 1 of 3 rows are off by more than 1e-05, row 2 by 2e-05/,
  ],
  [
    'a code that is a number',
    "encode([{'feature': 'device', 'buckets': 8}], [{}, {'device': 0}])",
    /row 1: device is 0; it is text, also where it is a code: "0"/,
  ],
  [
    'a tensor of both kinds',
    "encode([{'feature': 'os', 'buckets': 8}, {'feature': 'floor_cpm'}], [{}])",
    /a tensor takes hashed text or numbers, not both/,
  ],
]
for (const [what, call, told] of REFUSALS) {
  t.test(`${what} is refused`, { skip: skipWithout('numpy') }, async (t) => {
    const program = `import sys; sys.path.insert(0, 'python'); import peregrine; peregrine.${call}`
    const { status, stderr } = runPython('-c', program)
    t.equal(status, 1)
    t.match(stderr, told)
  })
}
