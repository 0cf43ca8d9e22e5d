import t from 'tap'
import { isGdprCountry } from './countries.ts'

function isGdpr(code: string): boolean {
  const bytes = Buffer.from(`DE${code}DEU`)
  return isGdprCountry(bytes, 2, 2 + Buffer.byteLength(code))
}

const EU =
  'AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE'

t.test('the GDPR is for the EEA, the United Kingdom and Switzerland', async (t) => {
  for (const code of [...EU.split(' '), 'ISL', 'LIE', 'NOR', 'GBR', 'CHE']) t.equal(isGdpr(code), true, code)
  for (const code of ['REU', 'GLP', 'ALA', 'JEY']) t.equal(isGdpr(code), true, `${code}, a territory`)
  for (const code of ['USA', 'CAN', 'BRA', 'TUR', 'SRB', 'UKR', 'RUS', 'JPN'])
    t.equal(isGdpr(code), false, code)
})

t.test('two letters and small letters are understood, and nothing else', async (t) => {
  for (const code of ['DE', 'de', 'GB', 'UK', 'GR', 'EL', 'deu', 'Fra']) t.equal(isGdpr(code), true, code)
  for (const code of ['US', 'CA', '', 'D', 'DEUT', 'Germany', '276', '\0\0\0', 'é', 'D ', '  ']) {
    t.equal(isGdpr(code), false, JSON.stringify(code))
  }
})
