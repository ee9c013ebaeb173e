import { LIMITS, RATE_LIMITS } from '../../packages/protocol/src/index.ts';
import { heading, table } from './table.ts';

export function limitsPage(): string {
  const limits = Object.entries(LIMITS).map(([name, value]) => [
    `\`${name}\``,
    value.toLocaleString('en-US'),
  ]);
  const buckets = Object.entries(RATE_LIMITS).map(([name, { per, burst, perSecond }]) => [
    `\`${name}\``,
    per,
    String(burst),
    perSecond >= 1 ? `${perSecond} a second` : `one in ${Math.round(1 / perSecond)} s`,
  ]);
  return [
    heading('Limits', 'packages/protocol/src/limits.ts and rate-limits.ts'),
    'Lengths are in UTF-16 code units unless the name says otherwise; `GET /info` answers the same numbers.',
    '',
    table(['limit', 'value'], limits),
    '## Rates',
    '',
    'Token buckets, each by name. `TPX_RATE_LIMITS="send=50/1s,register=100/1h"` changes some of them.',
    '',
    table(['bucket', 'one per', 'at once', 'then'], buckets),
  ].join('\n');
}
