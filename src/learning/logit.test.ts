import t from 'tap'
import { logitOf, probabilityOf } from './logit.ts'

t.test('log odds of 0 are a probability of one half, of ln 3 three quarters', async (t) => {
  t.equal(probabilityOf(0), 0.5)
  t.ok(Math.abs(probabilityOf(Math.log(3)) - 0.75) < 1e-15)
  t.ok(Math.abs(logitOf(0.75) - Math.log(3)) < 1e-15)
})

t.test('a probability survives the way to log odds and back', async (t) => {
  for (const probability of [1e-9, 0.001, 0.3, 0.5, 0.999]) {
    t.ok(Math.abs(probabilityOf(logitOf(probability)) / probability - 1) < 1e-12, `${probability}`)
  }
})

t.test('a probability stays inside 0 and 1 however large the log odds', async (t) => {
  for (const logit of [36, 1000, Infinity]) {
    t.ok(probabilityOf(logit) < 1, `${logit}`)
    t.ok(probabilityOf(-logit) > 0, `${-logit}`)
    t.equal(probabilityOf(logit), probabilityOf(35))
  }
})
