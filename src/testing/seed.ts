/**
 * The seed of every property test: the same in each run, so that a change is judged by what it changed. To look for new
 * cases, give another: `PROPERTY_SEED=$RANDOM make test`. fast-check prints the seed of a failure.
 */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20_261_120) })
