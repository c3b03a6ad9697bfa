// Reads {pages: [{url, cookie, phone}]} from stdin; writes one line of JSON for each page.
import { launch } from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';

const { pages } = JSON.parse(await new Response(process.stdin).text());
const chrome = await launch({
  chromePath: process.env.CHROME_PATH,
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const NUMBERS = { lcp: 'largest-contentful-paint', tbt: 'total-blocking-time', cls: 'cumulative-layout-shift' };
try {
  for (const { url, cookie, phone } of pages) {
    const options = {
      port: chrome.port,
      output: 'json',
      logLevel: 'silent',
      disableFullPageScreenshot: true,
      networkQuietThresholdMs: 500,
      cpuQuietThresholdMs: 500,
      maxWaitForLoad: 10000, // a page that asks for news every few seconds is never quiet
      onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'],
      extraHeaders: cookie ? { Cookie: cookie } : {},
    };
    const { lhr } = await lighthouse(url, options, phone ? undefined : desktopConfig);
    if (lhr.runtimeError) {
      console.log(JSON.stringify({ url, failed: lhr.runtimeError.code }));
      continue;
    }
    const scores = Object.fromEntries(Object.values(lhr.categories).map((one) => [one.id, Math.round(one.score * 100)]));
    const numbers = Object.fromEntries(Object.entries(NUMBERS).map(([key, id]) => [key, lhr.audits[id].numericValue]));
    const requests = lhr.audits['network-requests'].details.items;
    numbers.requests = requests.length;
    numbers.bytes = requests.reduce((sum, one) => sum + one.transferSize, 0);
    const foreign = requests.map((one) => new URL(one.url)).filter((one) => one.protocol.startsWith('http') && one.host !== new URL(url).host);
    const blocking = (lhr.audits['render-blocking-insight'].details?.items ?? []).map((one) => one.url);
    const below = Object.values(lhr.audits)
      .filter((one) => one.score !== null && one.score < 0.9 && ['binary', 'numeric'].includes(one.scoreDisplayMode))
      .map((one) => one.id);
    console.log(JSON.stringify({ url, scores, numbers, foreign, blocking, below, bench: lhr.environment.benchmarkIndex, at: lhr.finalDisplayedUrl }));
  }
} finally {
  await chrome.kill();
}
