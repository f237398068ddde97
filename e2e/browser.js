// The browser of the tests, and what must not happen in it.
import { chromium } from 'playwright-core';

// launch starts Chromium.
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

// watch collects what must not happen: errors, violations of the content security policy, requests to other hosts than origin. A failed
// request is none of them if the page gave it up.
export async function watch(page, origin, isGivenUp = () => false) {
  const wrong = [];
  page.on('console', (message) => {
    if (message.type() === 'error') {
      wrong.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => wrong.push(`page: ${error}`));
  page.on('requestfailed', (request) => {
    const { errorText } = request.failure() ?? {};
    if (!isGivenUp(request, errorText)) {
      wrong.push(`failed: ${request.url()} ${errorText} ${request.postData()}`);
    }
  });
  page.on('request', (request) => {
    const { protocol, origin: target } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && target !== origin) {
      wrong.push(`other host: ${request.url()}`);
    }
  });
  await page.exposeFunction('violated', (what) => wrong.push(`policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.violated(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  return wrong;
}
