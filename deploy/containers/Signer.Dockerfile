# docker build -f deploy/containers/Signer.Dockerfile -t kritis-events/signer:0.1.0 .
# Pinned by digest: --build-arg SDK=…/sdk:10.0@sha256:… --build-arg RUNTIME=…/aspnet:10.0-noble-chiseled@sha256:…
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled

FROM --platform=$BUILDPLATFORM ${SDK} AS build
ARG TARGETARCH
WORKDIR /src
COPY .editorconfig global.json Directory.Build.props Directory.Packages.props ./
COPY src/ src/
# Compiled ahead for the start; neither trimmed nor native, under which the bus fails at its first message.
RUN dotnet publish src/Signer --configuration Release --arch $TARGETARCH --self-contained false -p:PublishReadyToRun=true --output /app
RUN mkdir /data

# Neither a shell nor a package manager.
FROM ${RUNTIME}
WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=1654:1654 /data /data
# Nothing is written but below /data.
ENV ASPNETCORE_HTTP_PORTS= \
    DOTNET_EnableDiagnostics=0 \
    TMPDIR=/data \
    KRITIS_urls=http://0.0.0.0:8080 \
    KRITIS_Data__Path=/data \
    KRITIS_Resources__Path=/resources
USER 1654:1654
EXPOSE 8080
ENTRYPOINT ["dotnet", "Kritis.Events.Signer.dll"]
