import t from 'tap'
import { descendants, parseXml } from './xml.ts'

t.test('a document becomes a tree of names, attributes and text', async (t) => {
  const result = parseXml(
    '\n<?xml-stylesheet href="a"?><!-- one --><a b="1" c=\'"\' ><d>x<e/>y</d><![CDATA[<&]]>&lt;&#65;&#x1F600;</a>\n',
  )
  if ('fault' in result) throw new Error(result.fault)
  const { root } = result
  t.equal(root.name, 'a')
  t.strictSame(Object.fromEntries(root.attributes), { b: '1', c: '"' })
  t.equal(root.text, '<&<A😀')
  t.equal(root.children[0].text, 'xy')
  t.strictSame(
    descendants(root, 'e').map(({ name, text }) => ({ name, text })),
    [{ name: 'e', text: '' }],
  )
})

t.test('descendants come in document order, from any depth', async (t) => {
  const result = parseXml('<a><b id="1"><b id="2"/></b><c><b id="3"/></c></a>')
  if ('fault' in result) throw new Error(result.fault)
  t.strictSame(
    descendants(result.root, 'b').map(({ attributes }) => attributes.get('id')),
    ['1', '2', '3'],
  )
})

t.test('a well-formed document is read', async (t) => {
  const happy: [xml: string, about: string][] = [
    ['<a/>', 'an empty element'],
    ['<a></a >', 'space in an end tag'],
    ['<?xml version="1.0"?><a/>', 'a declaration'],
    ['<a><!-- - -- --></a>'.replace(' --', ''), 'a comment with a dash'],
    ['<ns:a xml:lang="de" _b="" c.d-e="1"/>', 'names of all kinds'],
    ['<größe>ü</größe>', 'names beyond ASCII'],
    ['<a b="&amp;&quot;&apos;&gt;"/>', 'references in an attribute'],
    ['<a b="x>y"/>', 'a bracket in an attribute'],
    ['<a>x > y ]] ></a>', 'brackets in text'],
    ['<a><![CDATA[]]]]><![CDATA[>]]></a>', 'the end of CDATA in CDATA'],
    ['<a b\n=\t"1"\r\n/>', 'space around an attribute'],
  ]
  for (const [xml, about] of happy) t.notOk('fault' in parseXml(xml), about)
})

t.test('a document that is not well-formed is refused', async (t) => {
  const sad: [xml: string, about: string][] = [
    ['', 'nothing'],
    [' ', 'space'],
    ['text', 'text'],
    ['<a>', 'no end'],
    ['</a>', 'no start'],
    ['<a></b>', 'another end'],
    ['<a><b></a></b>', 'crossed elements'],
    ['<a/><b/>', 'two roots'],
    ['<a/>text', 'text behind the root'],
    ['<![CDATA[x]]><a/>', 'CDATA before the root'],
    ['<a/><![CDATA[ ]]>', 'blank CDATA behind the root'],
    ['<a', 'half a tag'],
    ['<a b></a>', 'an attribute without value'],
    ['<a b=1></a>', 'a value without quotes'],
    ['<a b="1></a>', 'a value without end'],
    ['<a b="1"c="2"/>', 'attributes without space'],
    ['<a b="1" b="2"/>', 'an attribute twice'],
    ['<a b="<"/>', 'a tag in an attribute'],
    ['<1a/>', 'a name that starts with a digit'],
    ['< a/>', 'space before a name'],
    ['<a>&</a>', 'an ampersand'],
    ['<a>&nbsp;</a>', 'an entity of HTML'],
    ['<a b="&b"/>', 'an ampersand in an attribute'],
    ['<a>&#0;</a>', 'a reference to a zero'],
    ['<a>&#xD800;</a>', 'a reference to half a pair'],
    ['<a>&#x110000;</a>', 'a reference beyond Unicode'],
    ['<a>&#;</a>', 'a reference to nothing'],
    ['<a>]]></a>', 'the end of CDATA in text'],
    ['<a><![CDATA[x]]</a>', 'CDATA without end'],
    ['<a><!-- x -- y --></a>', 'two dashes in a comment'],
    ['<a><!-- x ></a>', 'a comment without end'],
    [' <?xml version="1.0"?><a/>', 'a declaration behind the start'],
    ['<!DOCTYPE a><a/>', 'a document type'],
    ['<a>\0</a>', 'a zero'],
    ['<a>\x0b</a>', 'a control character'],
    ['<a b="\x1f"/>', 'a control character in an attribute'],
    ['<a><![CDATA[\ufffe]]></a>', 'no character'],
    ['<a>\ud800</a>', 'half a pair'],
  ]
  for (const [xml, about] of sad) t.ok('fault' in parseXml(xml), about)
})

t.test('a fault names its place', async (t) => {
  t.strictSame(parseXml('<a>\0</a>'), { fault: 'a character that XML forbids at character 3' })
  t.strictSame(parseXml('<a></b>'), { fault: '</b> closes nothing at character 3' })
  t.strictSame(parseXml('<a><b>'), { fault: '<b> is not closed at character 6' })
})

t.test('a long document is read in a time that grows with its length', async (t) => {
  const many = `<a>${'<b c="1">x &amp; y</b>'.repeat(20_000)}</a>`
  t.notOk('fault' in parseXml(many))
  // Patterns that repeat in patterns that repeat would not come back from these.
  t.ok('fault' in parseXml(`<a ${'b="1" '.repeat(20_000)}`))
  t.ok('fault' in parseXml(`<!--${'-'.repeat(100_000)}`))
  t.ok('fault' in parseXml(`<a>${'&'.repeat(100_000)}`))
})
