import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** Estimates how many guesses a password takes. */
export const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
