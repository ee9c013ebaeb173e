import { describeSchema, type Schema } from './schema-text.ts';

type Body = { content?: Record<string, { schema?: Schema }> };
type Operation = {
  tags?: string[];
  summary?: string;
  description?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: Body;
  responses?: Record<string, Body & { description: string }>;
};
/** As much of an OpenAPI 3.1 document as the page shows. */
export type ApiDocument = {
  info: { title: string; version: string; description?: string };
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code { font: 14px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .25rem 0; }
summary b { display: inline-block; min-width: 4.5em; }
details > div { border-left: 3px solid color-mix(in srgb, currentColor 25%, transparent); padding: .25rem 1rem; margin-bottom: .5rem; }
table { border-collapse: collapse; } td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
`;

/** The document as one page of HTML: no script, nothing loaded from anywhere. */
export function renderDocsPage(document: ApiDocument): string {
  const { title, version, description = '' } = document.info;
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'other'))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => (operation.tags?.[0] ?? 'other') === tag);
    return `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>\n${own.map(renderOperation).join('\n')}`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} REST</title>
<style>${STYLE}</style>
<h1>${escapeHtml(title)} ${escapeHtml(version)}</h1>
<p>${prose(description)} The same as a document for programs: <a href="/openapi.json">openapi.json</a>.</p>
<p>${tags.map((tag) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`).join(' · ')} · <a href="#objects">Objects</a></p>
${sections.join('\n')}
<h2 id="objects">Objects</h2>
${renderObjects(document.components?.schemas ?? {})}
</html>
`;
}

function renderOperation({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Operation;
}): string {
  const rows = [
    ...(operation.parameters ?? []).map((parameter) =>
      row(
        `${parameter.in} ${parameter.name}${parameter.required ? '' : '?'}`,
        describeSchema(parameter.schema ?? {}),
      ),
    ),
    ...(operation.requestBody ? [row('body', describeBody(operation.requestBody))] : []),
    ...Object.entries(operation.responses ?? {}).map(([status, answer]) =>
      Number(status) < 400 ? row(status, describeBody(answer)) : row(status, answer.description),
    ),
  ];
  const access = operation.security ? 'Needs an access token.' : 'Open to everybody.';
  return `<details><summary><b>${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code> ${prose(operation.summary ?? '')}</summary>
<div><p>${prose(operation.description ?? '')} ${access}</p><table>${rows.join('')}</table></div></details>`;
}

function describeBody({ content }: Body): string {
  const schema = Object.values(content ?? {})[0]?.schema;
  return schema ? describeSchema(schema) : 'no body';
}

function renderObjects(schemas: Record<string, Schema>): string {
  return Object.entries(schemas)
    .map(([name, schema]) => {
      const fields = Object.entries(schema.properties ?? {}).map(([field, type]) =>
        row(`${field}${schema.required?.includes(field) ? '' : '?'}`, describeSchema(type), type.description),
      );
      const shown =
        fields.length > 0
          ? `<table>${fields.join('')}</table>`
          : `<code>${escapeHtml(describeSchema(schema))}</code>`;
      return `<details><summary><code>${escapeHtml(name)}</code></summary><div>${shown}</div></details>`;
    })
    .join('\n');
}

function row(name: string, value: string, note = ''): string {
  return `<tr><td><code>${escapeHtml(name)}</code><td><code>${escapeHtml(value)}</code> ${prose(note)}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Descriptions are Markdown (OpenAPI 3.1), of which ours use only code between backticks. */
function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}
