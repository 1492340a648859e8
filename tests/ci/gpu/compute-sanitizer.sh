#!/bin/sh
# Stands for compute-sanitizer: runs what it is given.
while [ "${1#--}" != "$1" ]; do
    case $1 in --tool | --error-exitcode | --target-processes) shift ;; esac
    shift
done
exec "$@"
