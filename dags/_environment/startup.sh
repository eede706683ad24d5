#!/bin/sh
# Runs as each of Airflow's containers starts. Workers verify the PostgreSQL server's certificate.
# https://docs.aws.amazon.com/mwaa/latest/userguide/using-startup-script.html
set -eu
if [ "${MWAA_AIRFLOW_COMPONENT:-}" = "worker" ]; then
    curl --fail --silent --show-error --retry 5 --output "${HOME}/rds-authorities.pem" \
        https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
    export PGSSLROOTCERT="${HOME}/rds-authorities.pem"
fi
