/* Whether a profiler of somebody else's is at work in this process: Nsight Systems, Nsight Compute, another tool on top
 * of CUPTI. There can be one subscriber of CUPTI, and times taken under such a tool are not this program's. */
#ifndef HY_BENCH_INSTRUMENT_TOOLS_H
#define HY_BENCH_INSTRUMENT_TOOLS_H

/* "Nsight Systems is at work (NSYS_PROFILING_SESSION_ID is set)": the tool, and the sign it is known by; NULL where
 * there is no sign of one. Signs are what the tools put into the environment of what they start (an empty variable is
 * none), and their libraries in this process. A listener to NVTX alone is no such tool. */
const char *hy_tool_attached(void);

#endif
