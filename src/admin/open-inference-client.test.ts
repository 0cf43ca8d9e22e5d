/**
 * The Open Inference Protocol as a client sees it that was not written here: NVIDIA's `tritonclient`, in the script that
 * models/README.md shows, against a bidder that serves.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { PYTHON, skipWithout } from '../testing/python.ts'
import { ROOT, serve } from '../testing/serving.ts'
import { VERSION } from '../version.ts'

const SCRIPT = join(ROOT, 'python/ask.py')
const MANIFEST = join(ROOT, 'models/ctr/1/manifest.json')

const skip = skipWithout('tritonclient.http')

type Result = { readonly code: number; readonly out: string; readonly err: string }

function ask(...args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(PYTHON, [SCRIPT, ...args], (cause, out, err) =>
      resolve({ code: cause === null ? 0 : Number(cause.code), out, err }),
    )
  })
}

t.test('a client of Triton is answered', { skip }, async (t) => {
  const { adminPort } = await serve(t)
  const url = ['--url', `127.0.0.1:${adminPort}`]
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8'))

  await t.test('its metadata, its health and its golden rows, in JSON and binary', async (t) => {
    for (const version of [[], ['--version', '1']]) {
      const { code, out, err } = await ask(...url, ...version, '--json', MANIFEST)
      t.equal(err, '')
      t.equal(code, 0)
      const found = JSON.parse(out)
      t.match(found, {
        server: { name: 'peregrine', version: VERSION, extensions: ['binary_tensor_data'] },
        isServerReady: true,
        isModelReady: true,
        model: {
          name: 'ctr',
          versions: ['1'],
          inputs: [{ name: 'ids', datatype: 'INT32', shape: [-1, manifest.inputs[0].columns.length] }],
          outputs: [{ name: 'p', datatype: 'FP32', shape: [-1] }],
        },
        rows: manifest.golden.rows.length,
      })
      for (const difference of [found.difference.json, found.difference.binary])
        t.ok(difference <= manifest.golden.tolerance, `${difference}`)
    }
  })

  await t.test('the same in words', async (t) => {
    const { out } = await ask(...url, MANIFEST)
    t.match(out, /^server {2}peregrine .*, ready\nmodel {3}ctr, versions 1, ready\ninputs {2}ids INT32 /)
    t.match(out, /golden rows as binary: largest difference [\d.e-]+\n$/)
  })

  await t.test('a refusal, in the words of the bidder', async (t) => {
    const changed = join(t.testdir({}), 'manifest.json')
    const write = (change: (row: { inputs: { ids: number[] }; output: number }) => void) => {
      const copy = structuredClone(manifest)
      change(copy.golden.rows[2])
      writeFileSync(changed, JSON.stringify(copy))
    }
    for (const args of [
      ['--model', 'cvr'],
      ['--version', '2'],
    ]) {
      const { code, err } = await ask(...url, ...args, MANIFEST)
      t.equal(code, 1)
      t.match(err, /refuses: (cvr|ctr\/2) is not served; \/v1\/models lists what there is/)
    }
    write(({ inputs }) => {
      inputs.ids[1] = 2 ** 30
    })
    t.match(await ask(...url, changed), {
      code: 1,
      err: /refuses: row 2, column 1 of ids .* is 1073741824; ids from/,
    })
    write((row) => {
      row.output += 0.1
    })
    t.match(await ask(...url, changed), { code: 1, err: /differ by more than the tolerance of the manifest/ })
  })
})

t.test('a port at which nobody answers is a sentence', { skip }, async (t) => {
  const { code, err } = await ask('--url', '127.0.0.1:9', MANIFEST)
  t.equal(code, 1)
  t.match(err, /^ask\.py: nobody answers at 127\.0\.0\.1:9 \(.*\); --url says where a server is\n$/)
})
