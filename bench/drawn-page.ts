/**
 * For tests: a report page as chromium draws it. Without chromium the test is skipped with the reason; under CI, where
 * `.ci/run` installs it, that is a failure.
 */
import { execFileSync } from 'node:child_process'
import { chromium } from 'playwright-core'
import type { Test } from 'tap'

export type DrawnPage = {
  /** Of scripts and of the page's policy, which refuses whatever asks the network. */
  readonly errors: readonly string[]
  /** For each chart, whether anything stands on its canvas. */
  readonly isInked: readonly boolean[]
  /** What a reader sees, without the charts. */
  readonly text: string
}

/** `undefined` when the test has been skipped. */
export async function drawnPage(t: Test, html: string): Promise<DrawnPage | undefined> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) {
    const reason = 'chromium is not installed: apt-get install chromium'
    if (process.env.CI === 'true') t.fail(reason)
    else t.pass(reason, { skip: reason })
    return undefined
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.setContent(html)
    // uPlot draws in a microtask of its own; two frames later it has.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    const isInked: boolean[] =
      await page.evaluate(`[...document.querySelectorAll('.chart canvas')].map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return data.some((value) => value !== 0)
    })`)
    const text: string = await page.evaluate(
      'document.querySelector("header").textContent + document.querySelector("main").textContent',
    )
    return { errors, isInked, text }
  } finally {
    await browser.close()
  }
}

function chromiumPath(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
