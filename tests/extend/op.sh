#!/bin/sh
# an op, the squared ReLU: its kernels are chosen among, held against their reference, timed, and written to kernels.csv
mkdir -p "$D"
"$H" micro --list --filter squared_relu | head -n 2
"$H" micro --device cpu --profile smoke --filter squared_relu --max-samples 30 --min-time 0 --csv "$D/kernels.csv" |
    grep -E 'hy_squared_relu_(fwd|bwd)_f32_base/ffn/hot'
[ "$(grep -c '^hy_squared_relu_bwd_f32_base,' "$D/kernels.csv")" = 2 ]
