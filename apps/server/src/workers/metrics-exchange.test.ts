import { expect, test } from 'bun:test';
import { Gauge, Registry } from 'prom-client';
import { MetricsExchange, mergeMetrics } from './metrics-exchange.ts';

test('CLU-24 the metrics of several workers are one text, each metric with one heading', async () => {
  const texts = await Promise.all(
    ['1', '2'].map((worker) => {
      const registry = new Registry();
      registry.setDefaultLabels({ worker });
      for (const name of ['first', 'second'])
        new Gauge({ name, help: `The ${name}.`, registers: [registry] }).set(Number(worker));
      return registry.metrics();
    }),
  );
  expect(mergeMetrics(texts)).toBe(
    [
      '# HELP first The first.\n# TYPE first gauge\nfirst{worker="1"} 1\nfirst{worker="2"} 2\n',
      '# HELP second The second.\n# TYPE second gauge\nsecond{worker="1"} 1\nsecond{worker="2"} 2\n',
    ].join('\n'),
  );
});

test('CLU-24 each end is asked and answers; one that does not answer has nothing to tell', async () => {
  const one: MetricsExchange = new MetricsExchange(
    (message) => other.receive(message),
    async () => 'one',
    60_000,
  );
  const other: MetricsExchange = new MetricsExchange(
    (message) => one.receive(message),
    async () => 'other',
    60_000,
  );
  expect(await Promise.all([one.ask(), other.ask(), one.ask()])).toEqual(['other', 'one', 'other']);
  const unheard = new MetricsExchange(
    () => undefined,
    async () => '',
    1,
  );
  expect(await unheard.ask()).toBe('');
});
