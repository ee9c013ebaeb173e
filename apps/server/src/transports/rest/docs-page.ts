export function renderDocsPage(document: object): string {
  return `<!doctype html><pre>${JSON.stringify(document, null, 2).replaceAll('<', '&lt;')}</pre>`;
}
