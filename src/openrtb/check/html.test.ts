import t from 'tap'
import { elementsOf, parseHtml } from './html.ts'

t.test('HTML as ads are written is read', async (t) => {
  const happy: [html: string, about: string][] = [
    ['', 'nothing'],
    ['text & more > less', 'text'],
    ['<b>x</b>', 'an element'],
    ['<B>x</b>', 'capitals'],
    ['<img src=a.jpg alt>', 'an element without an end, a value without quotes, and no value'],
    ['<br/><br /><div/>', 'empty elements'],
    ['<a href="a>b" title=\'"\'>x</a>', 'quotes and brackets in attributes'],
    ['<ul><li>1<li>2</ul><p>x', 'ends that are left out'],
    ['<table><tr><td>1<td>2</table>', 'cells without ends'],
    ['<script>if (a < b && "</div>") {}</script>', 'a script that writes tags'],
    ['<style>a > b {}</STYLE >', 'a style'],
    ['<!DOCTYPE html><!-- <b> --><html></html>', 'a document type and a comment'],
  ]
  for (const [html, about] of happy) t.equal(parseHtml(html).fault, undefined, about)
})

t.test('HTML that a value has broken is refused, with its place', async (t) => {
  const sad: [html: string, fault: string][] = [
    ['a < b', 'malformed markup at character 2'],
    ['<b', 'malformed markup at character 0'],
    ['<a href="x"y>', 'malformed markup at character 0'],
    ['<a href="x></a>', 'malformed markup at character 0'],
    ['<a b=">"c"></a>', 'malformed markup at character 0'],
    ['<![CDATA[x]]>', 'malformed markup at character 0'],
    ['<!-- x', 'malformed markup at character 0'],
    ['<a b c B="1">', 'an attribute of <a> is repeated at character 0'],
    ['<b>', '<b> is not closed at character 3'],
    ['<div><p>x', '<div> is not closed at character 9'],
    ['</b>', '</b> closes nothing at character 0'],
    ['<b><i></b></i>', '</b> closes nothing at character 6'],
    ['<script>x', '<script> is not closed at character 8'],
  ]
  for (const [html, fault] of sad) t.equal(parseHtml(html).fault, fault, html)
})

t.test('the elements that start are told, also of what is broken', async (t) => {
  t.strictSame([...elementsOf('<A><img><script><i></script></a>')], ['a', 'img', 'script'])
  t.strictSame([...elementsOf('<a><b <i>')], ['a'])
})

t.test('long markup is read in a time that grows with its length', async (t) => {
  t.equal(parseHtml('<b c="1">x &amp; y</b>'.repeat(20_000)).fault, undefined)
  // Patterns that repeat in patterns that repeat would not come back from these.
  t.ok(parseHtml(`<a ${'b="1" '.repeat(20_000)}`).fault)
  t.ok(parseHtml(`<a${' '.repeat(20_000)}`).fault)
  t.ok(parseHtml(`<a ${'b'.repeat(100_000)}`).fault)
  t.ok(parseHtml(`<!--${'-'.repeat(100_000)}`).fault)
  t.ok(parseHtml('<b>'.repeat(50_000)).fault)
})
