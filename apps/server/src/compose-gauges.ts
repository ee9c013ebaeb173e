import { Gauge, type Registry } from 'prom-client';

export type AddGauge = (name: string, help: string, read: () => number) => void;

/** Adds gauges to `registry` that are read whenever metrics are asked for. */
export function gaugesOf(registry: Registry): AddGauge {
  return (name, help, read) => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
}
