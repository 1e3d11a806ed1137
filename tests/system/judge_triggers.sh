#!/bin/bash
# SPDX-License-Identifier: MIT
# Host part: as of the controls.
exec "$(dirname "$0")/judge_controls.sh" "$@"
