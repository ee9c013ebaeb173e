import { afterClose, CLOSE_CODES, REFUSALS } from '../../packages/protocol/src/index.ts';
import { heading, table } from './table.ts';

export function refusalsPage(): string {
  const refusals = Object.entries(REFUSALS).map(([code, { http, retryable, message }]) => [
    `\`${code}\``,
    String(http),
    retryable ? 'yes' : 'no',
    message,
  ]);
  const closes = Object.values(CLOSE_CODES).map(({ code, reason }) => [
    String(code),
    reason,
    afterClose(code).replaceAll('_', ' '),
  ]);
  return [
    heading('Refusals and close codes', 'packages/protocol/src/errors.ts and close-codes.ts'),
    'REST answers `{"error": {"code", "message", "details"?}}` with the status below; a channel answers',
    '`{"status": "error", "response": {"code", "message", "retry_after_ms"?}}`. The message here is the default; most',
    'refusals say more precisely what to do.',
    '',
    table(['code', 'HTTP', 'retry as it is', 'default message'], refusals),
    '## Close codes of a WebSocket',
    '',
    'The range tells a client what to do: 4000-4099 come back at once with jitter, 4100-4199 come back later, 4400-4499',
    'stay away until the person acts.',
    '',
    table(['code', 'reason', 'the client then'], closes),
  ].join('\n');
}
