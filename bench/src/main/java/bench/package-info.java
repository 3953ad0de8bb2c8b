/**
 * Benchmarks: what {@code ./vport bench} runs. A suite measures one thing in one package of its own and leaves
 * {@link bench.Figure figures}, one JSON line each; the report is drawn from those and can be drawn again without measuring.
 *
 * <p>Nothing here is in the application. Every figure has its baseline in the same run: the machine's speed changes from one
 * minute to the next, a ratio of neighbours changes little. Thread: the main one; suites start what they need.
 */
package bench;
