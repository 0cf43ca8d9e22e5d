import t from 'tap'
import { AlarmWatch } from './alarm-watch.ts'
import type { Alarm } from './alarms.ts'
import type { ModelMonitor } from './model-monitor.ts'

const alarmOf = (feature: string): Alarm => ({
  ...{ name: 'feature_psi', feature, value: 0.3, threshold: 0.2, sentence: 'it has moved' },
})

t.test('an alarm is told when it begins, and again only when it had gone', async (t) => {
  let alarms: Alarm[] = []
  const monitor = { report: () => ({ alarms }) } as unknown as ModelMonitor
  const told: string[] = []
  const watch = new AlarmWatch({ all: () => [{ key: 'ctr/1', monitor }] }, ({ model, feature }) =>
    told.push(`${model} ${feature}`),
  )
  for (const features of [['os'], ['os', 'country'], [], ['os']]) {
    alarms = features.map(alarmOf)
    watch.look(0)
  }
  t.same(told, ['ctr/1 os', 'ctr/1 country', 'ctr/1 os'])
})
