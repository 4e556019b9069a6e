# PostgreSQL with klout. Not tested: klout is developed where no container engine is at hand.
#
#   docker build -t klout --build-arg PG_MAJOR=17 .
#   docker run --rm -e POSTGRES_PASSWORD=secret --shm-size=1g klout
#
# --shm-size: klout_authority with parallel workers keeps its graph in /dev/shm; with the usual 64 MB it works
# on alone where those are too little.

ARG PG_MAJOR=17

FROM postgres:${PG_MAJOR} AS build
ARG PG_MAJOR
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev make "postgresql-server-dev-${PG_MAJOR}"
COPY . /src
RUN make -C /src clean \
    && make -C /src with_llvm=no \
    && make -C /src with_llvm=no install DESTDIR=/out

FROM postgres:${PG_MAJOR}
COPY --from=build /out /
COPY LICENSE README.md /usr/share/doc/klout/
