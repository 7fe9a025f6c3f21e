#!/bin/bash -eu
# What the image runs. OUT, CXX, CXXFLAGS and LIB_FUZZING_ENGINE are set.
exec .ci/oss-fuzz
