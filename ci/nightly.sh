#!/bin/bash
# A night: builds the commit in a folder of its own, measures it, adds it to the history, asks whether anything got
# worse and measures again what seems so, and leaves a report. `make nightly` calls it; docs/history.md explains it.
#
#   BUDGET=3600   seconds for all of it: what would not fit is left out, the least informative first
#   DB=results/history.sqlite   the history
#   OUT=results/nights/<UTC date>-<commit>   the night's folder
#   PROFILE=quick   of the study and of the kernels' sizes
#   FORCE=1   measure a commit again, or a tree with changes (which never counts as its commit)
#
# A stage that is done leaves a mark in the folder: after Ctrl-C or a crash the next call goes on with what is missing.
# Exit code: 0 nothing got worse, or this commit was measured before; 1 something did; 2 the tree has changes; 3 it
# could not be decided, or another night is at work; 4 a stage failed; 130 interrupted.
# shellcheck disable=SC2317 # stages are called by name
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

nights=results/nights
build=build/nightly
h=$build/hymbench
budget=${BUDGET:-3600}
db=${DB:-results/history.sqlite}
out=${OUT:-}
profile=${PROFILE:-quick}
force=${FORCE:-}
# the makes below are builds of their own: what the one around this script was told is none of their business
unset BUDGET DB OUT PROFILE FORCE BUILD MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

case $budget in
'' | *[!0-9]*)
    echo "nightly: BUDGET=$budget is no number of seconds" >&2
    exit 2
    ;;
esac
budget=$((10#$budget))
# Of the budget: what stays for measuring suspects again, and what the stages at the end take.
reserve=$((budget / 4))
closing=60
# Where only some variants fit, these: the two pure ones and the hybrid.
few=Mamba-only,Transformer-only,Hybrid-Mine

exec 7>&2 # while a stage's words go to its log
say() { printf 'nightly: %s\n' "$*" >&7; }

stop() { # CODE SENTENCE
    say "$2"
    exit "$1"
}

left() { echo $((budget - SECONDS)); }

# ---- which commit, which folder ------------------------------------------------------------------------
machine() {
    local model
    model=$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
    echo "${model:-$(uname -m)}, $(nproc) cores"
}

# Who holds the lock holds it until it and all that it started have ended.
take_lock() {
    mkdir -p "$nights"
    exec 8<>"$nights/lock"
    flock -n 8 || stop 3 "another night is at work here (process $(cat "$nights/lock")); let it end"
    echo "$$" >"$nights/lock"
}

look_at_commit() {
    sha=$(git rev-parse -q --verify HEAD) || stop 2 "this folder is no git checkout with a commit"
    local changes
    changes=$(git status --porcelain | wc -l)
    [ "$changes" = 0 ] || [ -n "$force" ] ||
        stop 2 "files that differ from commit ${sha:0:12}: $changes; commit them, or FORCE=1 measures the tree as it is"
    key="$sha $profile $(machine)"
    dirty=
    [ "$changes" = 0 ] || { dirty=1 && key="$key, with changes"; }
}

has_key() { [ -e "$1" ] && [ "$(head -n 1 "$1")" = "$key" ]; }

# The folder of this commit, or of OUT: a finished one is the end of it, an unfinished one is taken up.
choose_folder() {
    local d begun=
    for d in ${out:+"$out"} "$nights"/*-"${sha:0:12}"*; do
        if [ -z "$force" ] && has_key "$d/done"; then
            stop 0 "commit ${sha:0:12} was measured on this machine before: $d/report.md; FORCE=1 measures it again"
        fi
        if [ -z "$dirty" ] && [ ! -e "$d/done" ] && has_key "$d/about"; then begun=$d; fi
    done
    night=${out:-${begun:-$(new_folder)}}
    if [ -e "$night/about" ] && { [ -e "$night/done" ] || [ -n "$dirty" ] || ! has_key "$night/about"; }; then
        stop 2 "$night holds another night; give another OUT"
    fi
    [ ! -e "$night/about" ] || say "going on with $night"
    mkdir -p "$night/stages" "$night/log"
    [ -e "$night/about" ] || printf '%s\n%s\n' "$key" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$night/about"
}

new_folder() {
    local stem i=2 d
    stem=$nights/$(date -u +%Y%m%d)-${sha:0:12}
    d=$stem
    while [ -e "$d" ]; do
        d=$stem-$i
        i=$((i + 1))
    done
    echo "$d"
}

# ---- stages ------------------------------------------------------------------------------------------------
child=
failed=0
interrupted() {
    trap '' INT TERM
    [ -z "$child" ] || { kill -TERM "$child" 2>/dev/null && wait "$child"; } || true
    stop 130 "interrupted; the next \`make nightly\` goes on with $night"
}

# bounded SECONDS COMMAND...: 124 or 137 where it was stopped. In the background, so that a signal to this script is
# acted upon at once.
bounded() {
    local code=0 limit=$1
    [ "$limit" -ge 60 ] || limit=60
    timeout --kill-after=60 "$limit" "${@:2}" &
    child=$!
    wait "$child" || code=$?
    child=
    return "$code"
}

drop() { # WHAT WHY
    say "dropped: $1 ($2)"
    printf '%s (%s)\n' "$1" "$2" >>"$night/dropped"
}

# stage NAME UNITS FUNCTION...: once a night. Its time goes where the next night finds it; 1 where it failed.
stage() {
    local name=$1 units=$2 from=$SECONDS code=0 took
    shift 2
    [ ! -e "$night/stages/$name" ] || return 0
    say "$name ..."
    "$@" >"$night/log/$name.txt" 2>&1 || code=$?
    took=$((SECONDS - from))
    case $code in
    0)
        echo "$units $took" >"$night/stages/$name"
        note_duration "$name" "$units" "$took"
        ;;
    124 | 137)
        note_duration "$name" "$units" $((2 * took)) # it would have taken longer, nobody knows how much
        drop "$name" "stopped after $took s, or the budget of $budget s would not do"
        ;;
    *)
        failed=$((failed + 1))
        say "$name failed with exit code $code, see $night/log/$name.txt: $(tail -n 1 "$night/log/$name.txt")"
        printf '%s: exit code %s, log/%s.txt\n' "$name" "$code" "$name" >>"$night/failed"
        ;;
    esac
    [ "$code" = 0 ]
}

done_before() { [ -e "$night/stages/$1" ]; }

note_duration() { printf '%s,%s,%s,%s\n' "$profile" "$@" >>"$nights/durations"; }

# estimate STAGE UNITS: seconds, by the last night's; before there was one, by two cores of 2024.
estimate() {
    if [ "$2" = 0 ] || { [ "$1" != build ] && done_before "$1"; }; then
        echo 0
        return
    fi
    local usual
    case $1 in micro) usual=50 ;; study) usual=60 ;; test) usual=600 ;; *) usual=120 ;; esac
    { cat "$nights/durations" 2>/dev/null || true; } |
        awk -F , -v profile="$profile" -v stage="$1" -v units="$2" -v each="$usual" '
            $1 == profile && $2 == stage && $3 > 0 { each = $4 / $3 }
            END { printf "%d\n", each * units + 0.5 }'
}

# What a night may hold: repetitions of the kernels, variants of the study, tests; the most informative first. Taken is
# the longest beginning of the list that fits.
plan() {
    local all line room cost r v t what why fits=1
    all=$("$h" variants --csv 2>/dev/null | tail -n +2 | wc -l)
    room=$(($(left) - reserve - closing))
    repetitions=0 variants=0 tests=0
    rm -f "$night/dropped"
    for line in "1 0 0 kernels" "3 0 0 repetitions 2 and 3 of the kernels" "3 3 0 three variants of the study" \
        "5 3 0 repetitions 4 and 5 of the kernels" "5 $all 0 the other variants of the study" \
        "10 $all 0 repetitions 6 to 10 of the kernels" "10 $all 1 test time"; do
        read -r r v t what <<<"$line"
        cost=$(($(estimate micro "$r") + $(estimate study "$v") + $(estimate test "$t")))
        [ "$cost" -le "$room" ] || fits=
        why="$cost s with what matters more, $((room > 0 ? room : 0)) s are left for measuring"
        if [ -n "$fits" ]; then repetitions=$r variants=$v tests=$t; else drop "$what" "$why"; fi
    done
}

# Whether a planned stage still fits after those before it took what they took.
still_fits() { # STAGE UNITS
    local need have
    [ "$2" != 0 ] && ! done_before "$1" || return 1
    need=$(estimate "$1" "$2") have=$(($(left) - reserve / 2 - closing))
    [ "$need" -le "$have" ] || { drop "$1" "$need s, and $((have > 0 ? have : 0)) s are left" && return 1; }
}

# ---- what a night measures itself ------------------------------------------------------------------------
# Busy and stolen time of all processors so far, in seconds.
busy() { awk -v hz="$(getconf CLK_TCK)" '$1 == "cpu" { print ($2 + $3 + $4 + $7 + $8) / hz, $9 / hz; exit }' /proc/stat; }

# timed NAME COMMAND...: leaves "wall seconds, processor seconds, quality" in the folder. Disturbed: others ran for over
# a tenth of our processor time, or a hypervisor took over a percent.
timed() {
    local name=$1 before from=$EPOCHREALTIME code=0
    shift
    before=$(busy)
    times >"$night/log/spent" # not in $(...) nor through a pipe: that is another shell, and has no children
    bounded "$(($(left) - closing))" "$@" || code=$?
    times >>"$night/log/spent"
    {
        # the second line of each is of the children that have ended: "1m2.345s 0m0.678s"
        sed -n -e 's/[ms]/ /g' -e '2p' -e '4p' "$night/log/spent"
        echo "$from $EPOCHREALTIME $before $(busy) $(nproc)"
    } | awk '
        NR <= 2 { ours = 60 * $1 + $2 + 60 * $3 + $4 - ours }
        NR == 3 {
            wall = $2 - $1; others = $5 - $3 - ours; stolen = $6 - $4
            beside = (others > 0.1 * ours + 0.5) || (stolen > 0.01 * wall * $7)
            print wall, ours, beside ? "disturbed" : "ok"
        }' >"$night/$name.times"
    return "$code"
}

# The build's mark holds for the program that is there.
built() { [ -x "$h" ] && [ -z "$dirty" ] && [ "$(cat "$build/commit" 2>/dev/null)" = "$sha" ]; }

build_program() {
    rm -rf "$build"
    timed build make BUILD="$build" "$h" && echo "$sha" >"$build/commit"
}

run_tests() {
    bounded "$(($(left) - closing))" make BUILD="$build" all-tests &&
        timed test env HYMBENCH_TEST_SEED="$(date +%s)" make BUILD="$build" test
}

run_micro() { # REPETITIONS
    bounded "$(($(left) - reserve / 2))" ci/settled.sh "$h" micro --best --profile "$profile" --pin --realtime \
        --repetitions "$1" --min-time 0.05 --min-samples 5 --timeout 0.5 --csv "$night/kernels.csv"
}

# The program against a copy of itself: every verdict but "same" is a false alarm. Its rows and these are counted over
# all nights.
run_itself() { # SECONDS
    local code=0
    cp "$h" "$build/itself"
    bounded $(($1 + 120)) "$h" compare "$h" "$build/itself" --profile "$profile" --budget "$1" --fail-on never \
        --csv "$night/itself.csv" || code=$?
    # 3: no row came to a verdict
    case $code in 0 | 3) ;; *) return "$code" ;; esac
    awk -F , -v night="$(basename "$night")" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["verdict"] == "same" { rows++ }
        $at["verdict"] == "improved" || $at["verdict"] == "regressed" { rows++; wrong++ }
        END { printf "%s,%d,%d\n", night, rows, wrong }' "$night/itself.csv" >>"$nights/itself"
}

run_study() { # VARIANTS, all or few
    local what=(--profile "$profile")
    [ "$1" -gt 3 ] || what+=(--variants "$few")
    # the folder of an interrupted one says itself what it is a run of
    [ ! -e "$night/study/config.yaml" ] || what=(--resume)
    datasets/fetch.sh
    bounded "$(($(left) - reserve / 2))" ci/settled.sh "$h" ablation --pin --out "$night/study" "${what[@]}"
}

# ---- into the history ----------------------------------------------------------------------------------------
night_csv() {
    echo "metric,subject,unit,value,exact,more_is_better,samples,quality"
    local wall cpu quality
    if read -r wall cpu quality 2>/dev/null <"$night/build.times"; then
        echo "build time,hymbench,s,$wall,0,0,1,$quality"
        echo "build processor time,hymbench,s,$cpu,0,0,1,$quality"
    fi
    if done_before test && read -r wall cpu quality 2>/dev/null <"$night/test.times"; then
        echo "test time,make test,s,$wall,0,0,1,$quality"
    fi
    # what is loaded, without what debuggers read; every commit changes it a little, so it is not exact
    size "$h" | awk 'NR == 2 { print "size,hymbench,bytes," $1 + $2 ",0,0,1,ok" }'
}

# Of a night without a study: what the history wants to know of a run, in the words of a study's env.json.
env_json() {
    local device=cpu
    ! grep -q ',cuda,' "$night/kernels.csv" 2>/dev/null || device=cuda
    "$h" env --json | sed "1s/^{/{ \"run\": {\"name\": \"$(basename "$night")\", \"started\": \"$(sed -n 2p "$night/about")\", \
\"profile\": \"$profile\", \"device\": \"$device\", \"precision\": \"${HYMBENCH_PRECISION:-f32}\"},/"
}

# One folder with all of it: the study's tables, the kernels' repetitions in place of its short table of them, night.csv.
assemble() {
    local run=$night/run.tmp
    rm -rf "$run" "$night/run"
    mkdir -p "$run" || return
    if done_before study; then
        cp "$night"/study/*.csv "$night"/study/*.json "$night"/study/*.yaml "$run" || return
    else
        env_json >"$run/env.json" || return
    fi
    ! done_before micro || cp "$night/kernels.csv" "$run" || return
    night_csv >"$run/night.csv" || return
    ! done_before study || "$h" report "$run" || return
    mv "$run" "$night/run"
}

of_history() { "$h" history --db "$db" "$@"; }

add() { of_history add "$night/run"; }

# Its exit code is the night's: 0, 1 and 3 are answers.
check() {
    local code=0 seconds confirm=()
    # building the last good commit comes on top of what is measured
    seconds=$(($(left) - closing / 2 - $(estimate build 1)))
    [ "$seconds" -ge 60 ] || seconds=60
    # a tree with changes is no commit that could be held against another
    [ -n "$dirty" ] || confirm=(--confirm --budget "$seconds")
    bounded $((seconds + 900)) "$h" history --db "$db" check "${confirm[@]}" --md "$night/check.md" || code=$?
    case $code in 0 | 1 | 3) echo "$code" >"$night/check.code" ;; *) return "$code" ;; esac
}

dashboard() { of_history html "$night/dashboard"; }

# Where there is nothing to export that is said, and no failure.
exports() {
    mkdir -p "$night/exports" &&
        ci/settled.sh "$h" history --db "$db" export bencher --out "$night/exports/bencher.json" &&
        ci/settled.sh "$h" history --db "$db" export otava --out "$night/exports/otava.csv" &&
        ci/settled.sh "$h" history --db "$db" export google --out "$night/exports/google.json"
}

# ---- the report ------------------------------------------------------------------------------------------------
list_of() { # FILE HEADING
    [ -s "$night/$1" ] || return 0
    printf '\n## %s\n\n' "$2"
    sed 's/^/- /' "$night/$1"
}

linked() { # PATH WORDS
    [ ! -e "$night/$1" ] || printf -- '- [%s](%s)\n' "$2" "$1"
}

report() {
    local code file units took
    code=$(cat "$night/check.code" 2>/dev/null || echo none)
    printf '# Night of %s\n\n' "$(sed -n 2p "$night/about")"
    printf 'Commit %s%s: %s\n\n' "${sha:0:12}" "${dirty:+, with changes}" "$(git log -1 --format=%s)"
    printf '%s; profile %s; budget %s s.\n\n' "$(machine)" "$profile" "$budget"
    case $code in
    0) echo '**Nothing got worse.**' ;;
    1) echo '**Something got worse.**' ;;
    3) echo '**Not decided:** too few nights, or suspects that the time did not suffice to settle.' ;;
    *) echo '**The history was not asked.**' ;;
    esac
    [ ! -s "$night/check.md" ] || { echo && cat "$night/check.md"; }
    if done_before itself; then
        awk -F , -v night="$(basename "$night")" '
            $1 == night { rows = $2; wrong = $3 }
            { all += $2; all_wrong += $3 }
            END { printf "\nItself against itself: %d of %d verdicts were false; over all nights %d of %d.\n", wrong, rows, all_wrong, all }
            ' "$nights/itself"
    fi
    list_of failed "Failed"
    list_of dropped "Left out"
    printf '\n## Stages\n\n| stage | units | s |\n|---|---|---|\n'
    for file in build micro study test itself assemble add check dashboard exports; do
        ! read -r units took 2>/dev/null <"$night/stages/$file" || echo "| $file | $units | $took |"
    done
    if [ -e "$night/run/night.csv" ]; then
        printf '\n## The build\n\n| what | value | quality |\n|---|---|---|\n'
        awk -F , 'NR > 1 { print "| " $1 ", " $2 " | " $4 " " $3 " | " $8 " |" }' "$night/run/night.csv"
    fi
    printf '\n## Files\n\n'
    linked dashboard/index.html "dashboard: every series, night by night"
    linked run/report.pdf "report of the study"
    linked run "tables that went into the history"
    linked exports "exports for Bencher, Otava and tools that read google-benchmark's JSON"
}

# A night that failed is over as well, and does not count as its commit's.
close_night() { # CODE SENTENCE
    report >"$night/report.md.tmp"
    mv "$night/report.md.tmp" "$night/report.md"
    ln -sfn "$(realpath --relative-to="$nights" "$night")" "$nights/latest"
    rm -rf "$night/study" "$night/run.tmp" # its tables are in run/
    printf '%s\n%s\n' "$([ "$1" = 4 ] && echo failed || echo "$key")" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$night/done"
    stop "$1" "$2: $night/report.md"
}

measure() {
    plan
    say "$repetitions repetitions of the kernels, $variants variants, tests: $tests; $(left) s are left"
    ! still_fits micro "$repetitions" || stage micro "$repetitions" run_micro "$repetitions" || true
    ! still_fits study "$variants" || stage study "$variants" run_study "$variants" || true
    ! still_fits test "$tests" || stage test 1 run_tests || true
    local spare=$(($(left) - reserve - closing))
    if [ "$spare" -ge 60 ]; then
        stage itself 1 run_itself $((spare < 180 ? spare : 180)) || true
    elif ! done_before itself; then
        drop "itself against itself" "60 s, and $((spare > 0 ? spare : 0)) s are left"
    fi
}

take_lock
look_at_commit
choose_folder
trap interrupted INT TERM
rm -f "$night/failed"
built || rm -f "$night/stages/build"
stage build 1 build_program || close_night 4 "commit ${sha:0:12} does not build"
done_before assemble || measure
if stage assemble 1 assemble && stage add 1 add; then
    stage check 1 check || true
    stage dashboard 1 dashboard || true
    stage exports 1 exports || true
fi
[ "$failed" = 0 ] || close_night 4 "$failed stages failed, the next \`make nightly\` measures this commit again"
case $(cat "$night/check.code" 2>/dev/null || echo 3) in
0) close_night 0 "nothing got worse" ;;
1) close_night 1 "something got worse" ;;
*) close_night 3 "it is not decided whether anything got worse" ;;
esac
