/** The simulation for as long as one says: `TEST_HISTORIES=10000 npm run soak`. */
import "./simulation.model.test.ts";
